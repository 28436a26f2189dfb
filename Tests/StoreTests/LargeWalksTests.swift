import Lineage
import Records
import StoreFixtures
import Testing

@testable import Store

@Suite struct LargeWalksTests {
  @Test func onlyLargeAnswersAreTurnedAway() async throws {
    let walks = LargeWalks(limit: 1)
    let setting = try LineageSetting(largeWalks: walks)
    let inputs = try (0..<LineageService.largePage).map { try setting.store.add(input($0)) }
    let how = try setting.store.add(context(1))
    let view = try setting.store.add(StoreFixtures.view(inputs: inputs, context: how))
    var request = try setting.request(view, .up)
    request.limit = 50_000
    var admission: LargeWalks.Admission? = try walks.admit()
    await #expect(throws: StoreError(.overloaded, "")) {
      try await setting.service.anyOutline(of: request)
    }
    var small = try setting.request(inputs[0], .up)
    small.limit = 50_000
    #expect(try await setting.service.anyOutline(of: small)?.outline.places.count == 1)
    withExtendedLifetime(admission) {}
    admission = nil
    for _ in 0..<2 {
      let answer = try #require(try await setting.service.anyOutline(of: request))
      #expect(answer.outline.places.count == LineageService.largePage + 2)
      #expect(answer.admission != nil)
    }
  }
}
