import Lineage
import Records
import Store
import StoreFixtures
import Testing

@Suite struct ImpactServiceTests {
  private let setting: LineageSetting
  private let run: SmallRun

  init() throws {
    setting = try LineageSetting()
    run = try SmallRun(in: setting.store)
  }

  private func impact(
    _ number: Int, at point: SnapshotPoint? = nil
  ) async throws -> Impact {
    let service = ImpactService(lineage: setting.service)
    return try #require(
      try await service.impact(
        of: run.inputs[number], in: try LineageSetting.namespace("main"), at: point))
  }

  @Test func countsByKindViewAndDevice() async throws {
    let found = try await impact(0)
    #expect(found.root.index == 0)
    #expect(found.at == 8)
    #expect(found.kinds.map(\.kind) == [.view, .output])
    #expect(found.kinds.map(\.count) == [1, 2])
    #expect(found.views.map(\.digest) == [run.view])
    #expect(found.views.map(\.output) == ["o"])
    #expect(found.views.map(\.outputs) == [2])
    #expect(found.moreViews == 0)
    #expect(found.devices.map(\.name) == ["cpu-x86-64"])
    #expect(found.devices.map(\.outputs) == [2])
    #expect(found.names.isEmpty)
    #expect(found.truncation.isEmpty)
  }

  @Test func isOfASnapshot() async throws {
    #expect(try await impact(0, at: .index(7)).views.map(\.outputs) == [1])
    #expect(try await impact(0, at: .index(3)).kinds.isEmpty)
  }

  @Test func namesThatHaveMovedOnAreNotListed() async throws {
    let first = try setting.store.add(name("runs/best", run.outputs[0]))
    #expect(try await impact(1).names.map(\.target) == [run.outputs[0]])
    let elsewhere = try setting.store.add(context(5))
    try setting.store.add(name("runs/best", elsewhere, previous: first))
    try setting.store.add(name("runs/other", run.view))
    #expect(try await impact(1).names.map(\.name) == ["runs/other"])
    #expect(try await impact(1, at: .index(9)).names.map(\.name) == ["runs/best"])
  }

  @Test func saysThatNotAllMovesOfNamesWereLookedAt() async throws {
    for number in 0..<100 { try setting.store.add(name("runs/\(number)", run.outputs[0])) }
    #expect(try await impact(1).truncation.isEmpty)
    try setting.store.add(name("runs/100", run.outputs[0]))
    let found = try await impact(1)
    #expect(found.truncation == .work)
    #expect(found.names.count == 100)
  }

  @Test func theRestOfManyViewsIsCounted() async throws {
    for number in 10..<115 {
      let how = try setting.store.add(context(number))
      try setting.store.add(view(inputs: [run.inputs[2]], context: how))
    }
    let found = try await impact(2)
    #expect(found.kinds.map(\.count) == [106, 2])
    #expect(found.views.count == 100)
    #expect(found.moreViews == 6)
    #expect(found.views.first?.digest == run.view)
  }
}
