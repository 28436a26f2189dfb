import Canonical
import Hummingbird
import Lineage
import NIOCore
import Store

/// An answer about lineage as lines of JSON, looked up while it is sent: of any size, in the memory of a slice.
///
/// Each line has one member that says what it is: `node`, `beside`, `association` and `edge`, and at the end
/// `summary`, or `error` where something failed on the way. An answer without a last line was cut off.
struct LineageLines: Sendable {
  static let mediaType = "application/x-ndjson"
  /// Edges of one piece.
  private static let edges = 4096

  let service: LineageService
  let request: LineageRequest

  /// What there is to send; nil where the root is not there. What fails here can still be said by a status.
  func outline() async throws -> LineageOutline? {
    var limits = WalkLimits()
    limits.edges = limits.work
    return try await service.outline(of: request, limits: limits)
  }

  func write(_ outline: LineageOutline, to writer: inout any ResponseBodyWriter) async throws {
    do throws(StoreError) {
      var truncation = outline.truncation
      var shown: Set<Int64> = []
      var sent = 0
      while sent < outline.places.count {
        let nodes = try await service.nodes(
          at: outline.places[sent...], withRecords: request.wantsRecords
        ).nodes
        sent += nodes.count
        var lines = nodes.flatMap { Self.line("node", $0.json) }
        if request.wantsAssociations {
          let beside = try await service.surroundings(
            of: nodes, for: request, in: outline, shown: shown)
          shown.formUnion(beside.nodes.map(\.index))
          if beside.isCut { truncation.insert(.beside) }
          lines += beside.nodes.flatMap { Self.line("beside", $0.json) }
          lines += beside.associations.flatMap { Self.line("association", $0.json) }
        }
        guard await send(lines, to: &writer) else { return }
      }
      for start in stride(from: 0, to: outline.edges.count, by: Self.edges) {
        let edges = outline.edges[start..<min(start + Self.edges, outline.edges.count)]
        guard await send(edges.flatMap { Self.line("edge", $0.json) }, to: &writer) else { return }
      }
      var end = LineageGraph(root: outline.root, direction: outline.direction, at: outline.size - 1)
      end.truncation = truncation
      end.next = outline.next
      _ = await send(Self.line("summary", end.summary), to: &writer)
    } catch {
      let problem = Problem(error)
      let said = JSONValue.object([
        ("code", .string(problem.code)), ("detail", .string(problem.detail)),
      ])
      _ = await send(Self.line("error", said), to: &writer)
    }
  }

  /// False where the client is gone: then nobody needs the rest.
  private func send(_ bytes: [UInt8], to writer: inout any ResponseBodyWriter) async -> Bool {
    do {
      try await writer.write(ByteBuffer(bytes: bytes))
      return true
    } catch {
      return false
    }
  }

  private static func line(_ name: String, _ value: JSONValue) -> [UInt8] {
    JSONValue.object([(name, value)]).canonicalBytes() + [UInt8(ascii: "\n")]
  }
}
