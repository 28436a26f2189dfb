package import Lineage

/// An answer in indices alone: what the walks found, before anybody looked up what the records are.
package struct LineageOutline: Sendable {
  package struct Place: Hashable, Sendable {
    package let index: Int64
    /// Above the root negative, below it positive; nil beside a node.
    package let distance: Int?
  }

  package let root: Int64
  package let direction: LineageGraph.Direction
  /// Size of the snapshot.
  package let size: Int64
  /// Names of the namespaces that were seen.
  package let namespaces: [String]
  package internal(set) var places: [Place] = []
  package internal(set) var edges: [LineageEdge] = []
  package internal(set) var truncation: Truncation = []
  /// Asks for the page after this one; nil where there is none.
  package internal(set) var next: String?

  init(root: Int64, direction: LineageGraph.Direction, size: Int64, namespaces: [String]) {
    self.root = root
    self.direction = direction
    self.size = size
    self.namespaces = namespaces
  }

  mutating func append(_ answer: LineageAnswer, direction: WalkDirection) {
    let sign = direction == .up ? -1 : 1
    places += answer.nodes.map { Place(index: $0.index, distance: sign * Int($0.distance)) }
    edges += answer.edges
    truncation.formUnion(answer.truncation)
  }

  /// Ends the page before its place number `count`, which is at least 1.
  mutating func cut(to count: Int, for request: LineageRequest) {
    let gone = Set(places[count...].map(\.index))
    places.removeSubrange(count...)
    edges.removeAll { gone.contains($0.from) || gone.contains($0.to) }
    truncation.insert(.nodes)
    guard let last = places.last, let distance = last.distance else { return }
    let isUp = request.direction == .up || request.direction == .both && distance <= 0
    next = cursor(
      isUp ? .up : .down, WalkPosition(distance: Int32(abs(distance)), index: last.index),
      for: request)
  }

  mutating func goOn(
    _ direction: WalkDirection, after position: WalkPosition, for request: LineageRequest
  ) {
    next = cursor(direction, position, for: request)
  }

  private func cursor(
    _ direction: WalkDirection, _ position: WalkPosition, for request: LineageRequest
  ) -> String {
    LineageCursor(size: size, direction: direction, position: position).text(for: request)
  }
}
