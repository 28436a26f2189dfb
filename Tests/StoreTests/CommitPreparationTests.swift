import Records
import StemmaCrypto
import StoreFixtures
import Testing

@testable import Store

@Suite struct CommitPreparationTests {
  private let viewJSON =
    ##"{"kind":"view","v":1,"inputs":[{"ref":"#ds","role":"data"}],"context":"#c","output":{"name":"o","type":"bytes","mediaType":"text/plain"},"determinism":"run_to_run"}"##

  private func item(_ handle: String?, _ json: String) throws -> CommitPreparation.Item {
    .init(handle: handle, draft: try draft(json))
  }

  @Test func handlesMayPointForward() throws {
    let data = String(decoding: try input(1).canonical, as: UTF8.self)
    let settings = String(decoding: try context(1).canonical, as: UTF8.self)
    let prepared = try CommitPreparation([
      item("v", viewJSON), item("ds", data), item("c", settings),
    ])
    #expect(prepared.positions.map { prepared.records[$0].kind } == [.view, .input, .context])
    #expect(prepared.records.last?.kind == .view)
    let expected = try view(inputs: [input(1).digest], context: context(1).digest)
    #expect(prepared.records.last?.digest == expected.digest)
  }

  @Test func unknownHandleIsNamed() throws {
    #expect(throws: CommitPreparation.Problems.self) {
      try CommitPreparation([item("v", viewJSON)])
    }
  }

  @Test func handlesInACircleAreRefused() throws {
    let note = { (other: String) in
      ##"{"kind":"note","v":1,"subject":"#\##(other)","note":{"a":1}}"##
    }
    #expect(throws: CommitPreparation.Problems.self) {
      try CommitPreparation([item("a", note("b")), item("b", note("a"))])
    }
    #expect(throws: CommitPreparation.Problems.self) {
      try CommitPreparation([item("a", note("a"))])
    }
  }

  @Test func aChainOfAThousandHandlesIsSealed() throws {
    var items = [try item("h0", String(decoding: input(1).canonical, as: UTF8.self))]
    for number in 1..<1000 {
      items.append(
        try item(
          "h\(number)", ##"{"kind":"note","v":1,"subject":"#h\##(number - 1)","note":{"a":1}}"##))
    }
    let prepared = try CommitPreparation(items.reversed())
    #expect(prepared.records.count == 1000)
    #expect(prepared.records.first?.kind == .input)
  }

  @Test func sameRecordTwiceIsSealedOnce() throws {
    let data = String(decoding: try input(1).canonical, as: UTF8.self)
    let prepared = try CommitPreparation([item("a", data), item(nil, data)])
    #expect(prepared.records.count == 1)
    #expect(prepared.positions == [0, 0])
  }
}
