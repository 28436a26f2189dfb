package import Lineage
import Records

/// Where a record came from, and what came of it: the use case over an engine and what the records are.
///
/// It throws what its ports do.
package struct LineageService: Sendable {
  let engine: any LineageEngine
  let lookup: any RecordLookup
  package let snapshots: Snapshots
  /// Answers of more than a page.
  let largeWalks: LargeWalks
  private let imports: [Namespace: [Namespace]]

  /// - Parameter imports: for a namespace, those that are seen after itself, in order.
  package init(
    engine: any LineageEngine, lookup: any RecordLookup, snapshots: Snapshots,
    imports: [Namespace: [Namespace]], largeWalks: LargeWalks = LargeWalks()
  ) {
    self.engine = engine
    self.lookup = lookup
    self.snapshots = snapshots
    self.largeWalks = largeWalks
    self.imports = imports
  }

  /// Walks; nil where nothing that may be seen has that digest at that point.
  ///
  /// A walk up comes before one down. Every page walks again from the root: nothing is kept between requests.
  package func outline(
    of request: LineageRequest, limits: WalkLimits = WalkLimits()
  ) async throws(StoreError) -> LineageOutline? {
    let newest = try await snapshots.size(at: request.at)
    let size = request.after.map { min($0.size, newest) } ?? newest
    let namespaces = seen(from: request.namespace)
    guard let root = try await lookup.index(of: request.root, in: namespaces, below: size) else {
      return nil
    }
    var outline = LineageOutline(
      root: root, direction: request.direction, size: size, namespaces: namespaces.map(\.name))
    var query = LineageQuery(
      start: [root], direction: .up, size: size, namespaces: outline.namespaces)
    query.members = .derivations.union(request.crossed)
    query.roles = request.roles.isEmpty ? nil : request.roles
    query.kinds = request.kinds.isEmpty ? .any : KindSet(request.kinds)
    query.depth = request.depth
    for walk in Self.walks(of: request, root: root) {
      query.direction = walk.direction
      query.after = walk.after
      query.limits = limits
      query.limits.nodes = request.limit - outline.places.count
      let answer = try await engine.walk(query)
      outline.append(answer, direction: walk.direction)
      if answer.truncation.contains(.nodes), let last = answer.nodes.last ?? walk.after {
        outline.goOn(walk.direction, after: last, for: request)
        break
      }
    }
    return outline
  }

  /// Nodes beyond which an answer is a large one.
  package static let largePage = 10_000

  /// Walks as far as the request says. Small answers always come; of large ones a bounded number is made at once.
  ///
  /// - Returns: with a large answer what holds its place, to be kept until it is sent.
  /// - Throws: `.overloaded` too.
  package func anyOutline(
    of request: LineageRequest, limits: WalkLimits = WalkLimits()
  ) async throws(StoreError) -> (outline: LineageOutline, admission: LargeWalks.Admission?)? {
    var page = request
    page.limit = min(request.limit, Self.largePage)
    guard let small = try await outline(of: page, limits: limits) else { return nil }
    guard page.limit < request.limit, small.truncation.contains(.nodes) else {
      return (small, nil)
    }
    // Again from the root, which costs less than to keep what the first walk knew.
    let admission = try largeWalks.admit()
    guard let large = try await outline(of: request, limits: limits) else { return nil }
    return (large, admission)
  }

  /// The namespaces that are seen from `namespace`.
  func seen(from namespace: Namespace) -> [Namespace] { [namespace] + (imports[namespace] ?? []) }

  private static func walks(
    of request: LineageRequest, root: Int64
  ) -> [(direction: WalkDirection, after: WalkPosition?)] {
    let after = request.after
    switch request.direction {
    case .up: return [(.up, after?.position)]
    case .down: return [(.down, after?.position)]
    case .both:
      // The walk down does not list the root a second time.
      let below = (WalkDirection.down, Optional(WalkPosition(distance: 0, index: root)))
      switch after?.direction {
      case nil: return [(.up, nil), below]
      case .up: return [(.up, after?.position), below]
      case .down: return [(.down, after?.position)]
      }
    }
  }
}
