import Canonical
import Lineage
import Records
import StemmaCrypto
import Testing

@Suite struct RecordPoolTests {
  @Test func showsWhatIsBesideANode() throws {
    var made = MadeRecords()
    let data = try made.input("rows")
    let move = try made.add(.name, ["name": "datasets/d@latest", "target": JSONValue(data)])
    let other = try made.input("other rows")
    let later = try made.add(
      .name,
      [
        "name": "datasets/d@latest", "target": JSONValue(other), "previous": JSONValue(move),
      ])
    let label = try made.add(
      .label, ["subject": JSONValue(data), "label": "internal", "reason": "tests"])
    let approval = try made.add(.approval, ["subject": JSONValue(label)], principal: "second")
    let graph = try made.lineage(of: data)
    #expect(graph.nodes.map(\.digest) == [data])
    #expect(graph.edges.isEmpty)
    #expect(graph.beside.map(\.digest) == [move, later, label, approval])
    #expect(
      graph.associations.map(\.member) == [
        .nameTarget, .labelSubject, .namePrevious, .approvalSubject,
      ])
    let earlier = try made.lineage(of: data, size: 2)
    #expect(earlier.beside.map(\.digest) == [move])
    #expect(earlier.at == 1)
  }

  @Test func showsTheNewestOfMany() throws {
    var made = MadeRecords()
    let data = try made.input("rows")
    for number in Int64(0)..<30 {
      try made.add(.note, ["subject": JSONValue(data), "note": ["n": .integer(number)]])
    }
    let graph = try made.lineage(of: data)
    #expect(graph.beside.map(\.index) == Array(11...30))
    #expect(graph.truncation == .beside)
    #expect(try made.lineage(of: data, size: 21).truncation.isEmpty)
  }

  /// A verdict rests on its outputs: below them it is a node, above it stands beside them.
  @Test func doesNotShowAnEdgeTwice() throws {
    var made = MadeRecords()
    let run = try TrainingRun().record(in: &made)
    let verdict = try made.add(
      .verdict,
      [
        "outputs": .array([run.first, run.second].sorted().map(JSONValue.init)),
        "verdict": "bit_identical", "flags": [], "tests": [], "looks": 1, "method": "bytes/1",
      ])
    let up = try made.lineage(of: run.first)
    #expect(up.associations.contains { $0.member == .verdictOutputs })
    for direction in LineageGraph.Direction.allCases {
      let graph = try made.lineage(of: run.view, direction)
      #expect(Set(graph.edges).isDisjoint(with: graph.associations))
      #expect(graph.nodes.contains { $0.digest == verdict } == (direction != .up))
    }
  }

  @Test func walksBothWays() throws {
    var made = MadeRecords()
    let run = try TrainingRun().record(in: &made)
    let graph = try made.lineage(of: run.view, .both)
    #expect(graph.nodes.map { $0.distance ?? 99 } == [0, -1, -1, 1, 1])
    #expect(graph.nodes.map(\.kind) == [.view, .input, .context, .output, .output])
    #expect(graph.truncation.isEmpty)
  }

  @Test func refusesWhatItsStatementDoesNotName() throws {
    var made = MadeRecords()
    let data = try made.input("rows")
    var pool = made.pool
    let statement = EntryStatement(
      namespace: "main", kind: .input, digest: data, principal: "admin",
      committedAt: MadeRecords.time(0), references: [])
    #expect(throws: LineageFormatError.self) { try pool.add(statement, at: 0, body: nil) }
    #expect(throws: LineageFormatError.self) { try pool.add(statement, at: 9, body: [0x7B, 0x7D]) }
    try pool.add(statement, at: 9, body: nil)
    #expect(pool.lineage(of: 9, .up).nodes.map(\.isErased) == [true])
  }

  @Test func saysThatItLacksSomethingAbove() throws {
    var pool = RecordPool()
    let statement = EntryStatement(
      namespace: "main", kind: .view, digest: SHA256.digest(of: []), principal: "admin",
      committedAt: MadeRecords.time(0),
      references: [.init(member: "/context", role: nil, target: 3)])
    try pool.add(statement, at: 7, body: nil)
    #expect(pool.lineage(of: 7, .up).truncation == .namespace)
  }
}
