import Canonical
import Lineage
import Records
import StemmaCrypto
import StoreFixtures
import Testing

@testable import Store

/// Plans over small histories in memory: which views, in what order, and what each waits for.
@Suite struct RebuildPlannerTests {
  private let setting: LineageSetting
  private let context: Digest
  private let execution: Digest
  private let device: Digest

  init() throws {
    setting = try LineageSetting()
    context = try setting.store.add(
      record(#"{"kind":"context","v":1,"executor":"score"}"#))
    execution = try setting.store.add(StoreFixtures.execution(1))
    device = try setting.store.add(
      record(#"{"kind":"device","v":1,"class":"cpu-x86-64","share":{"mode":"whole"}}"#))
  }

  private func add(_ json: String) throws -> Digest { try setting.store.add(record(json)) }

  private func view(_ inputs: [Digest], model: Digest? = nil) throws -> Digest {
    let list = inputs.map(\.description).sorted().map { #"{"ref":"\#($0)","role":"data"}"# }
    let model = model.map { #""model":"\#($0)","# } ?? ""
    return try add(
      #"{"kind":"view","v":1,\#(model)"inputs":[\#(list.joined(separator: ","))],"context":"\#(context)","output":{"name":"o","type":"bytes","mediaType":"text/plain"},"determinism":"run_to_run"}"#
    )
  }

  private func output(_ number: Int, of view: Digest) throws -> Digest {
    try setting.store.add(
      StoreTests.output(number, view: view, execution: execution, device: device))
  }

  @discardableResult
  private func retract(_ subject: Digest, replacement: Digest? = nil) throws -> Digest {
    let other = replacement.map { #","replacement":"\#($0)""# } ?? ""
    return try add(
      #"{"kind":"retraction","v":1,"subject":"\#(subject)","reason":"wrong","effect":"ever"\#(other)}"#
    )
  }

  private func index(_ digest: Digest) throws -> Int64 {
    try #require(
      setting.store.index(
        of: digest, in: [LineageSetting.namespace("main")], below: setting.store.size))
  }

  private func graph(
    of views: [Int64]? = nil
  ) async throws -> (views: [Int64], graph: RebuildGraph) {
    let records = RetractionsOf(setting.store)
    let reader = try await GraphReader(
      setting.service, from: LineageSetting.namespace("main"), at: nil)
    let stale = try await ViewService(lineage: setting.service, records: records)
      .staleViews(reader).map(\.view)
    let wanted = views ?? stale
    let graph = try await RebuildGraphReader(graph: reader)
      .graph(of: wanted, changes: [])
    return (wanted, graph)
  }

  private func plan() async throws -> [RebuildPlanner.Step] {
    let (views, graph) = try await graph()
    return RebuildPlanner.plan(views, in: graph)
  }

  private func step(
    _ view: Digest, _ state: RebuildItem.State = .ready, _ reason: String? = nil,
    after: [Int] = [], goal: RebuildItem.Goal = .successor
  ) throws -> RebuildPlanner.Step {
    .init(view: try index(view), goal: goal, state: state, reason: reason, after: after)
  }

  @Test func aChainIsRebuiltFromItsTop() async throws {
    let (old, new, aside) = (
      try setting.store.add(input(0)), try setting.store.add(input(1)),
      try setting.store.add(input(2))
    )
    let first = try view([old])
    let second = try view([output(0, of: first), aside])
    let third = try view([output(1, of: second)])
    _ = try view([aside])
    #expect(try await plan().isEmpty)
    try retract(old, replacement: new)
    #expect(
      try await plan() == [
        step(first), step(second, .waiting, after: [0]), step(third, .waiting, after: [1]),
      ])
  }

  @Test func whatHasNoReplacementIsListedAndSoIsWhatRestsOnIt() async throws {
    let data = try setting.store.add(input(0))
    let first = try view([data])
    let second = try view([output(0, of: first)])
    try retract(data)
    #expect(
      try await plan() == [
        step(first, .listed, "no_replacement"),
        step(second, .listed, "waits_for_listed", after: [0]),
      ])
  }

  @Test func aModelWaitsUntilOneIsPromotedFromTheSuccessor() async throws {
    let (old, new) = (try setting.store.add(input(0)), try setting.store.add(input(1)))
    let training = try view([old])
    let weights = try output(0, of: training)
    func model(_ number: Int, from output: Digest) throws -> Digest {
      let content = SHA256.digest(of: Array("output \(number)".utf8))
      return try add(
        #"{"kind":"model","v":1,"format":"npy","promotedFrom":"\#(output)","content":{"digest":"\#(content)","size":1,"mediaType":"text/plain"}}"#
      )
    }
    let scoring = try view([new], model: model(0, from: weights))
    let reason = try retract(old, replacement: new)
    #expect(
      try await plan() == [step(training), step(scoring, .waiting, "promotion", after: [0])])
    let heir = try view([new])
    _ = try add(
      #"{"kind":"succession","v":1,"from":"\#(training)","to":"\#(heir)","because":["\#(reason)"]}"#
    )
    // The successor has no output: it is to be made, though its view is fresh.
    #expect(
      try await plan() == [
        step(heir, goal: .sample), step(scoring, .waiting, "promotion", after: [0]),
      ])
    let retrained = try output(1, of: heir)
    #expect(try await plan() == [step(scoring, .listed, "waits_for_promotion")])
    let promoted = try model(1, from: retrained)
    #expect(try await plan() == [step(scoring)])
    let (views, graph) = try await graph()
    #expect(graph.plan(of: views[0]).replaced.values.contains(try index(promoted)))
  }

  @Test func replacementsAreFollowed() async throws {
    let inputs = try (0..<3).map { try setting.store.add(input($0)) }
    let first = try view([inputs[0]])
    try retract(inputs[0], replacement: inputs[1])
    try retract(inputs[1], replacement: inputs[2])
    #expect(try await plan() == [step(first)])
    let (_, graph) = try await graph()
    #expect(graph.replacements.replacement(of: try index(inputs[0])) == .by(try index(inputs[2])))
    #expect(graph.staleness.reasons(of: try index(first)).retractions.count == 1)
    // In a circle there is nothing in the end.
    try retract(inputs[2], replacement: inputs[0])
    #expect(try await plan() == [step(first, .listed, "no_replacement")])
  }

  /// A replacement that was made of what it replaces.
  @Test func whatWaitsForItselfIsListed() async throws {
    let data = try setting.store.add(input(0))
    let cleaning = try view([data])
    let cleaned = try output(0, of: cleaning)
    try retract(data, replacement: cleaned)
    #expect(try await plan() == [step(cleaning, .listed, "waits_for_itself")])
  }

  @Test func aSuccessorTakesTheNewestGoodOutput() async throws {
    let (old, new) = (try setting.store.add(input(0)), try setting.store.add(input(1)))
    let first = try view([old])
    let second = try view([output(0, of: first)])
    let reason = try retract(old, replacement: new)
    let heir = try view([new])
    _ = try add(
      #"{"kind":"succession","v":1,"from":"\#(first)","to":"\#(heir)","because":["\#(reason)"]}"#)
    let outputs = try (1..<4).map { try output($0, of: heir) }
    try retract(outputs[2])
    let (_, graph) = try await graph(of: [try index(second)])
    #expect(graph.plan(of: try index(second)).replaced.values.contains(try index(outputs[1])))
  }
}

/// Lists records of one kind in memory; a plan asks for nothing else.
private struct RetractionsOf: RecordReader {
  private let store: MemoryRecords

  init(_ store: MemoryRecords) { self.store = store }

  func records(
    _ filter: RecordFilter, in namespace: Namespace
  ) async throws(StoreError) -> Page<StoredRecord> {
    let found = store.records(at: Array(0..<store.size), withBodies: false)
      .filter { $0.kind == filter.kind && filter.indices.contains($0.index) }
    return Page(
      items: found.map {
        StoredRecord(
          index: $0.index, kind: $0.kind, digest: $0.digest, principal: $0.principal,
          committedAt: $0.committedAt, body: [], isErased: false, erasure: nil)
      }, hasMore: false)
  }

  func record(_: Digest, in _: Namespace) async throws(StoreError) -> StoredRecord? {
    preconditionFailure("not asked")
  }

  func name(_: String, at _: Int64?, in _: Namespace) async throws(StoreError) -> StoredRecord? {
    preconditionFailure("not asked")
  }

  func names(
    prefix _: String, at _: Int64?, after _: String?, limit _: Int, in _: Namespace
  ) async throws(StoreError) -> Page<StoredRecord> { preconditionFailure("not asked") }

  func history(
    of _: String, after _: Int64, limit _: Int, in _: Namespace
  ) async throws(StoreError) -> Page<StoredRecord> { preconditionFailure("not asked") }
}
