import Lineage
import Records
import StemmaCrypto
import StoreFixtures
import Testing

@testable import Store

@Suite struct LineageServiceTests {
  private let setting: LineageSetting
  private let run: SmallRun

  init() throws {
    setting = try LineageSetting()
    run = try SmallRun(in: setting.store)
  }

  private func graph(_ request: LineageRequest) async throws -> LineageGraph {
    try #require(try await setting.service.graph(of: request))
  }

  @Test func walksUpToTheInputs() async throws {
    let graph = try await graph(setting.request(run.outputs[0], .up))
    #expect(graph.nodes.map(\.index) == [7, 4, 0, 1, 2, 3])
    #expect(graph.nodes.map(\.distance) == [0, -1, -2, -2, -2, -2])
    #expect(graph.nodes.map(\.kind) == [.output, .view, .input, .input, .input, .context])
    #expect(graph.edges.count == 5)
    #expect(graph.truncation.isEmpty)
    #expect(graph.next == nil)
    #expect(graph.at == 8)
    #expect(graph.nodes.allSatisfy { $0.record == nil })
    #expect(graph.beside.isEmpty && graph.associations.isEmpty)
  }

  @Test func bothWaysIsUpThenDown() async throws {
    let graph = try await graph(setting.request(run.view, .both))
    #expect(graph.nodes.map(\.index) == [4, 0, 1, 2, 3, 7, 8])
    #expect(graph.nodes.map(\.distance) == [0, -1, -1, -1, -1, 1, 1])
    #expect(graph.edges.count == 6)
  }

  @Test(arguments: 1...8)
  func pagesAreTheWhole(limit: Int) async throws {
    var request = try setting.request(run.view, .both)
    request.wantsAssociations = true
    let whole = try await graph(request)
    request.limit = limit
    let pages = try await setting.pages(request)
    #expect(pages.count == (7 + limit - 1) / limit)
    #expect(pages.flatMap(\.nodes).map(\.index) == whole.nodes.map(\.index))
    #expect(pages.flatMap(\.nodes).map(\.distance) == whole.nodes.map(\.distance))
    #expect(pages.flatMap(\.edges).count == whole.edges.count)
    #expect(Set(pages.flatMap(\.edges)) == Set(whole.edges))
    #expect(pages.dropLast().allSatisfy { $0.truncation == .nodes })
    #expect(pages.last?.truncation.isEmpty == true)
  }

  @Test func pagesAreOfOneSnapshot() async throws {
    var request = try setting.request(run.view, .down)
    request.limit = 2
    let first = try await graph(request)
    try setting.store.add(
      output(9, view: run.view, execution: run.execution, device: run.device))
    request.after = LineageCursor(parsing: try #require(first.next), for: request)
    let second = try await graph(request)
    #expect(second.nodes.map(\.index) == [8])
    #expect(second.at == 8)
    #expect(second.next == nil)
  }

  @Test func bodiesThatNeedRoomAreAllThere() async throws {
    // One body a look-up: whatever comes first in the answer is looked up again alone.
    let setting = try LineageSetting(bodyBytes: 1)
    let run = try SmallRun(in: setting.store)
    var request = try setting.request(run.outputs[0], .up)
    request.wantsRecords = true
    let page = try #require(try await setting.service.graph(of: request))
    #expect(page.nodes.map(\.index) == [7, 4, 0, 1, 2, 3])
    #expect(page.nodes.allSatisfy { $0.record != nil })
  }

  @Test func bodiesEndAPage() async throws {
    let setting = try LineageSetting(bodyBytes: 4 << 20)
    let fill = String(repeating: "x", count: 900_000)
    let contexts = try (0..<14).map { number in
      try setting.store.add(
        record(#"{"kind":"context","v":1,"parameters":{"n":\#(number),"fill":"\#(fill)"}}"#))
    }
    let input = try setting.store.add(StoreFixtures.input(0))
    let views = try contexts.map { context in
      try setting.store.add(StoreFixtures.view(inputs: [input], context: context))
    }
    let execution = try setting.store.add(StoreFixtures.execution(1))
    let device = try setting.store.add(
      record(#"{"kind":"device","v":1,"class":"cpu-x86-64","share":{"mode":"whole"}}"#))
    let outputs = try views.enumerated().map { number, view in
      try setting.store.add(output(number, view: view, execution: execution, device: device))
    }
    let top = try setting.store.add(
      StoreFixtures.view(inputs: outputs, context: contexts[0]))
    var request = try setting.request(top, .up)
    request.wantsRecords = true
    let pages = try await setting.pages(request)
    #expect(pages.count > 1)
    #expect(pages.dropLast().allSatisfy { $0.truncation.contains(.nodes) })
    request.wantsRecords = false
    let whole = try await setting.pages(request)
    #expect(whole.count == 1)
    #expect(pages.flatMap(\.nodes).map(\.index) == whole[0].nodes.map(\.index))
    #expect(Set(pages.flatMap(\.edges)) == Set(whole[0].edges))
    #expect(pages.flatMap(\.edges).count == whole[0].edges.count)
  }

  @Test func beforeItWasCommittedThereIsNothing() async throws {
    var request = try setting.request(run.outputs[0], .up)
    request.at = .index(6)
    #expect(try await setting.service.graph(of: request) == nil)
    request.at = .time(MemoryRecords.time(of: 7))
    #expect(try await graph(request).at == 7)
    request.at = .time(MemoryRecords.time(of: 100))
    #expect(try await graph(request).at == 8)
    for index in [9, Int64.max] {
      request.at = .index(index)
      await #expect(throws: StoreError(.notReached, "")) {
        try await setting.service.graph(of: request)
      }
    }
    var below = try setting.request(run.view, .down)
    below.at = .index(7)
    #expect(try await graph(below).nodes.map(\.index) == [4, 7])
  }

  @Test func otherNamespacesAreNotThere() async throws {
    let how = try setting.store.add(context(2), in: "team")
    let own = try setting.store.add(
      StoreFixtures.view(inputs: [run.inputs[0]], context: how), in: "team", imports: ["main"])
    #expect(try await graph(setting.request(own, .up, in: "team")).nodes.count == 3)
    #expect(
      try await setting.service.graph(of: setting.request(own, .up, in: "main")) == nil)
    let seen = try await graph(setting.request(run.view, .up, in: "team"))
    #expect(seen.nodes.first?.namespace == "main")
  }

  @Test func kindsAreListedAndTheRestIsWalkedThrough() async throws {
    var request = try setting.request(run.outputs[0], .up)
    request.kinds = [.input]
    #expect(try await graph(request).nodes.map(\.index) == [7, 0, 1, 2])
    request.kinds = []
    request.roles = ["other"]
    #expect(try await graph(request).nodes.map(\.index) == [7, 4, 3])
    request.roles = []
    request.crossed = [.outputExecution]
    #expect(try await graph(request).nodes.map(\.index) == [7, 4, 5, 0, 1, 2, 3])
    request.depth = 1
    let near = try await graph(request)
    #expect(near.nodes.map(\.index) == [7, 4, 5])
    #expect(near.truncation == .depth)
  }

  @Test func associationsStandBeside() async throws {
    let move = try setting.store.add(name("runs/first", run.outputs[0]))
    var request = try setting.request(run.outputs[0], .up)
    request.wantsAssociations = true
    request.wantsRecords = true
    let graph = try await graph(request)
    #expect(graph.beside.map(\.index) == [5, 6, 9])
    #expect(graph.beside.last?.digest == move)
    #expect(graph.beside.allSatisfy { $0.distance == nil && $0.record != nil })
    #expect(
      Set(graph.associations.map(\.member)) == [.outputExecution, .outputDevices, .nameTarget])
    #expect(graph.truncation.isEmpty)
  }
}
