import Canonical
import Records

/// Which of two lists of records correspond to each other.
struct DiffPairing {
  private(set) var equal: [LineageGraph.Node] = []
  private(set) var pairs: [(a: LineageGraph.Node, b: LineageGraph.Node)] = []
  private(set) var onlyA: [LineageGraph.Node] = []
  private(set) var onlyB: [LineageGraph.Node] = []

  /// Pairs records with equal digests first; then those that a movable name once pointed to, the same one on both
  /// sides; then those of one kind and media type, and then the rest, each in the order of the log.
  init(
    _ a: [LineageGraph.Node], in graphA: GraphIndex, _ b: [LineageGraph.Node], in graphB: GraphIndex
  ) {
    let common = Set(a.map(\.digest)).intersection(b.map(\.digest))
    equal = a.filter { common.contains($0.digest) }
    onlyA = a.filter { !common.contains($0.digest) }
    onlyB = b.filter { !common.contains($0.digest) }
    pair { node, isA in Self.names(of: node, in: isA ? graphA : graphB) }
    pair { node, _ in ["\(node.kind.rawValue) \(Self.mediaType(of: node))"] }
    pair { node, _ in ["\(node.kind.rawValue)"] }
    pair { _, _ in [""] }
  }

  /// Pairs what is left and has a key in common, in order.
  private mutating func pair(_ keys: (LineageGraph.Node, _ isA: Bool) -> [String]) {
    guard !onlyA.isEmpty, !onlyB.isEmpty else { return }
    var places: [String: [Int]] = [:]
    for (place, node) in onlyB.enumerated().reversed() {
      for key in keys(node, false) { places[key, default: []].append(place) }
    }
    var taken: Set<Int> = []
    var left: [LineageGraph.Node] = []
    for node in onlyA {
      var partner: Int?
      for key in keys(node, true) where partner == nil {
        while let place = places[key]?.popLast() {
          guard taken.insert(place).inserted else { continue }
          partner = place
          break
        }
      }
      if let partner { pairs.append((node, onlyB[partner])) } else { left.append(node) }
    }
    onlyA = left
    onlyB = onlyB.enumerated().filter { !taken.contains($0.offset) }.map(\.element)
  }

  private static func names(of node: LineageGraph.Node, in graph: GraphIndex) -> [String] {
    graph.statements(about: node.index).compactMap { edge in
      edge.member == .nameTarget ? graph.node(edge.from)?.record?["name"]?.text : nil
    }
  }

  private static func mediaType(of node: LineageGraph.Node) -> String {
    (node.record?["content"] ?? node.record?["manifest"])?["mediaType"]?.text ?? ""
  }
}
