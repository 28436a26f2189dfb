import Canonical
import Lineage
import Store

/// An answer about lineage as lines of JSON, looked up while it is sent: of any size, in the memory of a slice.
///
/// Each line has one member that says what it is: `node`, `beside`, `association` and `edge`, and at the end
/// `summary`, or `error` where something failed on the way. An answer without a last line was cut off.
struct LineageLines: Sendable {
  static let mediaType = "application/x-ndjson"
  /// Edges of one piece.
  private static let edges = 4096

  private let service: LineageService
  private let request: LineageRequest
  private let outline: LineageOutline
  /// Kept until the answer is sent, or nobody wants it any more.
  private let admission: LargeWalks.Admission?
  private var truncation: Truncation
  /// Indices of what was given beside nodes.
  private var shown: Set<Int64> = []
  private var nodesSent = 0
  private var edgesSent = 0
  private var isAtEnd = false

  /// Walks; nil where the root is not there. What fails here can still be said by a status.
  init?(_ request: LineageRequest, _ service: LineageService) async throws(StoreError) {
    var limits = WalkLimits()
    limits.edges = limits.work
    guard let (outline, admission) = try await service.anyOutline(of: request, limits: limits)
    else { return nil }
    self.admission = admission
    self.service = service
    self.request = request
    self.outline = outline
    truncation = outline.truncation
  }

  /// The next lines; nil after the last one.
  mutating func next() async -> [UInt8]? {
    guard !isAtEnd else { return nil }
    do throws(StoreError) {
      if nodesSent < outline.places.count { return try await nodes() }
    } catch {
      isAtEnd = true
      let problem = Problem(error)
      return Self.line(
        "error",
        .object([("code", .string(problem.code)), ("detail", .string(problem.detail))]))
    }
    if edgesSent < outline.edges.count {
      let slice = outline.edges[edgesSent...].prefix(Self.edges)
      edgesSent += slice.count
      return LineageGraph.lines("edge", slice)
    }
    isAtEnd = true
    var end = LineageGraph(root: outline.root, direction: outline.direction, at: outline.size - 1)
    end.truncation = truncation
    end.next = outline.next
    return Self.line("summary", end.summary)
  }

  private mutating func nodes() async throws(StoreError) -> [UInt8] {
    let nodes = try await service.nodes(
      at: outline.places[nodesSent...], withRecords: request.wantsRecords
    ).nodes
    nodesSent += nodes.count
    var lines = LineageGraph.lines("node", nodes)
    guard request.wantsAssociations else { return lines }
    let beside = try await service.surroundings(
      of: nodes, for: request, in: outline, shown: shown)
    shown.formUnion(beside.nodes.map(\.index))
    if beside.isCut { truncation.insert(.beside) }
    lines += LineageGraph.lines("beside", beside.nodes)
    lines += LineageGraph.lines("association", beside.associations)
    return lines
  }

  private static func line(_ name: String, _ value: JSONValue) -> [UInt8] {
    JSONValue.object([(name, value)]).canonicalBytes() + [UInt8(ascii: "\n")]
  }
}
