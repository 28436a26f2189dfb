import Canonical
import Records
import SeededRandom
import StemmaCrypto
import Store

/// Writes the records of a graph, node by node: as small as their kinds allow, so that the graph is what is measured.
struct PipelineRecords {
  private let seed: UInt64
  /// Of every record that was written so far.
  private(set) var digests: [Digest] = []

  init(seed: UInt64) { self.seed = seed }

  /// The body of a commit of the next `count` nodes of `graph`.
  mutating func nextCommit(_ count: Int, of graph: PipelineGraph) throws -> [UInt8] {
    commitBody(
      try (digests.count..<digests.count + count).map { node in
        let record = SentRecord(graph.kinds[node].name, members(of: node, in: graph))
        guard let digest = Digest(parsing: record.digest) else {
          throw BenchError("not a digest: \(record.digest)")
        }
        digests.append(digest)
        return record
      })
  }

  private func members(of node: Int, in graph: PipelineGraph) -> [(String, JSONValue)] {
    let references = graph.references(of: node)
    func all(_ member: ReferenceMember) -> [JSONValue] {
      references.filter { graph.members[$0] == member }.map { digests[Int(graph.targets[$0])] }
        .sorted().map { .string($0.description) }
    }
    func one(_ member: ReferenceMember) -> (String, JSONValue)? {
      all(member).first.map { (member.name, $0) }
    }
    func set(_ member: ReferenceMember) -> (String, JSONValue)? {
      let found = all(member)
      return found.isEmpty ? nil : (member.name, .array(found))
    }
    switch graph.kinds[node] {
    case .device:
      return [("class", "nvidia-a100-sxm4-80gb"), ("share", .object([("mode", "whole")]))]
    case .execution:
      var random = SplitMix64(seed: seed ^ UInt64(node))
      let id = random.uuid()
      return [
        ("id", .string(id)),
        ("gang", .object([("system", "none"), ("id", .string(id)), ("size", .integer(1))])),
      ]
    case .context:
      return [("parameters", .object([("trial", .count(node))]))]
    case .input:
      return [("content", content(node))] + [set(.inputObtainedBy)].compactMap(\.self)
    case .model:
      // A version that was promoted is the output that it was promoted from: the store refuses other content.
      let promoted = references.first { graph.members[$0] == .modelPromotedFrom }
      return [
        ("content", content(promoted.map { Int(graph.targets[$0]) } ?? node)),
        ("format", "safetensors"),
      ] + [set(.modelBase), one(.modelPromotedFrom)].compactMap(\.self)
    case .view:
      return [
        ("inputs", inputs(of: node, in: graph)),
        (
          "output",
          .object([
            ("name", "model"), ("type", "bytes"), ("mediaType", "application/octet-stream"),
          ])
        ), ("determinism", "not_guaranteed"),
      ] + [one(.viewModel), one(.viewContext)].compactMap(\.self)
    case .output:
      return [
        ("content", content(node)), ("sample", .string(String(node))),
        ("producedAt", .string(Timestamp(microseconds: 1_780_000_000_000_000).description)),
      ] + [one(.outputView), one(.outputExecution), set(.outputDevices)].compactMap(\.self)
    case .verdict:
      return [
        ("verdict", "bit_identical"), ("flags", .array([])), ("tests", .array([])),
        ("looks", .integer(1)), ("method", "1"),
      ] + [set(.verdictOutputs)].compactMap(\.self)
    default:
      preconditionFailure("no graph has a \(graph.kinds[node].name)")
    }
  }

  /// Sorted by role, then by digest, as the kind wants it.
  private func inputs(of node: Int, in graph: PipelineGraph) -> JSONValue {
    let inputs = graph.references(of: node).compactMap { place -> (String, Digest)? in
      graph.roles[place].name.map { ($0, digests[Int(graph.targets[place])]) }
    }
    return .array(
      inputs.sorted { $0 < $1 }.map { role, digest in
        .object([("role", .string(role)), ("ref", .string(digest.description))])
      })
  }

  private func content(_ node: Int) -> JSONValue {
    var random = SplitMix64(seed: seed &+ UInt64(node) &* 0x9E37_79B9)
    return descriptor(random.digest(), size: 1 << 20, "application/octet-stream")
  }
}
