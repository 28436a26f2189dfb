import Canonical
import Records

// What two records of one kind say differently, their references apart.
extension DiffWalk {
  mutating func compareMembers(at place: Int) {
    let (a, b) = (pairs[place].a.record, pairs[place].b.record)
    func compare(_ members: [StaticString]) -> [JSONDifference] {
      members.flatMap { JSONDifference.all(a?[$0], b?[$0], at: "/\($0)") }
    }
    let kind = pairs[place].a.kind
    var found: [JSONDifference]
    switch kind {
    case .context: found = compare(["code", "parameters", "decision", "executor", "salt"])
    case .view: found = compare(["output", "determinism", "judging", "salt"])
    case .model: found = compare(["format"])
    case .input: found = compare(["rows"]).filter { $0.pointer == "/rows/key" }
    case .output: found = compare(["compute"])
    case .device:
      found = compare(["class", "share", "driver", "runtime"])
      // Readings repeat these: told only where nothing else tells the two apart.
      if found.isEmpty { found = compare(["readings"]) }
    case .execution:
      found = compare(["gang"]).filter { $0.pointer != "/gang/id" }
    default:
      found = JSONDifference.all(a, b)
    }
    let nature: LineageDiff.Nature =
      [.output, .device, .execution].contains(kind) ? .observed : .prescribed
    for difference in found {
      add(nature, at: place, pointer: difference.pointer, (difference.a, difference.b))
    }
  }

  /// The ranks of two executions, each by its last attempt. What differs in the same way in many ranks is told once.
  mutating func compareRanks(at place: Int) {
    let (ranksA, ranksB) = (ranks(of: pairs[place].a, graphA), ranks(of: pairs[place].b, graphB))
    var told: Set<[UInt8]> = []
    for number in Set(ranksA.keys).union(ranksB.keys).sorted() {
      let (a, b) = (ranksA[number], ranksB[number])
      guard let a, let b else {
        // Of many ranks only the newest are listed: which of them a side lacks cannot be said.
        if [ranksA, ranksB].contains(where: { $0.count >= BesideWalk.limitEach }) { continue }
        pairs[place].differences.append(
          Self.made(a, b, JSONDifference(pointer: "", a: nil, b: nil)))
        continue
      }
      func compare(_ member: StaticString) -> [JSONDifference] {
        JSONDifference.all(a.record?[member], b.record?[member], at: "/\(member)")
      }
      let resumed = compare("resumedFrom").filter { $0.a == nil || $0.b == nil }
      for difference in compare("environment") + compare("attempt") + resumed
      where told.insert(difference.fingerprint).inserted {
        pairs[place].differences.append(Self.made(a, b, difference))
      }
      let cards = compare("devices").filter { !$0.pointer.hasSuffix("/device") }
      for difference in cards + compare("placement")
      where told.insert(difference.fingerprint).inserted {
        guard circumstances.count < limits.listed else {
          isCut = true
          break
        }
        circumstances.append((place, Self.made(a, b, difference)))
      }
    }
  }

  private func ranks(
    of execution: LineageGraph.Node, _ graph: GraphIndex
  ) -> [Int64: LineageGraph.Node] {
    var ranks: [Int64: LineageGraph.Node] = [:]
    for edge in graph.statements(about: execution.index) where edge.member == .rankExecution {
      guard let node = graph.node(edge.from), let number = node.record?["rank"]?.integer else {
        continue
      }
      let attempt = node.record?["attempt"]?.integer ?? 0
      if attempt >= ranks[number]?.record?["attempt"]?.integer ?? 0 { ranks[number] = node }
    }
    return ranks
  }

  private static func made(
    _ a: LineageGraph.Node?, _ b: LineageGraph.Node?, _ difference: JSONDifference
  ) -> LineageDiff.Difference {
    .init(
      nature: .observed, path: [LineageDiff.Step(member: .rankExecution, role: nil)],
      pointer: difference.pointer,
      a: a.map { .init(record: $0.digest, kind: $0.kind, value: difference.a) },
      b: b.map { .init(record: $0.digest, kind: $0.kind, value: difference.b) })
  }
}

extension JSONDifference {
  /// The same for the same difference.
  fileprivate var fingerprint: [UInt8] {
    Array(pointer.utf8) + [0] + (a?.canonicalBytes() ?? []) + [0] + (b?.canonicalBytes() ?? [])
  }
}
