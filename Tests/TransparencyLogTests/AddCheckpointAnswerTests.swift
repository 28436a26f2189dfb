import Testing
import TransparencyLog

@Suite struct AddCheckpointAnswerTests {
  @Test func readsCosignatures() throws {
    let text = utf8("example.org/log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
    let made = [
      try WitnessPolicyTests.witness(1).cosign(text, time: 1),
      try WitnessPolicyTests.witness(2).cosign(text, time: 2),
    ]
    var body: [UInt8] = []
    for signature in made { signature.append(lineTo: &body) }
    #expect(AddCheckpointAnswer(status: 200, body: body) == .cosigned(made))
    #expect(AddCheckpointAnswer(status: 200, body: []) == .cosigned([]))
  }

  @Test(arguments: [(0 as Int64, "0\n"), (7, "7\n"), (.max, "9223372036854775807\n")])
  func readsTheSizeOfAConflict(size: Int64, body: String) {
    #expect(AddCheckpointAnswer(status: 409, body: utf8(body)) == .conflict(size: size))
  }

  @Test(arguments: [
    (409, ""), (409, "7"), (409, "07\n"), (409, "-7\n"), (409, "7\n\n"),
    (409, "9223372036854775808\n"),
    (409, "another root\n"), (403, "no such key"), (422, ""),
  ])
  func whatSpeaksAgainstTheLogIsARefusal(status: Int, body: String) {
    guard case .refused = AddCheckpointAnswer(status: status, body: utf8(body)) else {
      Issue.record("not a refusal")
      return
    }
  }

  @Test(arguments: [
    (200, "— "), (200, "7\n"), (200, "no signature\n"), (200, "— w AAAAAAAA"), (200, "\n"),
    (201, ""),
    (302, ""), (400, ""), (404, "unknown"), (429, ""), (500, ""), (0, ""),
    (200, String(repeating: "— w AAAAAAAA\n", count: 101)),
  ])
  func theRestIsAFailure(status: Int, body: String) {
    guard case .failed = AddCheckpointAnswer(status: status, body: utf8(body)) else {
      Issue.record("not a failure")
      return
    }
  }

  @Test func quotesStrangersBrieflyAndInASCII() {
    let body = utf8("\u{1B}[31mred\nü") + [UInt8](repeating: 0xFF, count: 5000)
    guard case .failed(let said) = AddCheckpointAnswer(status: 500, body: body) else {
      Issue.record("not a failure")
      return
    }
    #expect(said.hasPrefix("status 500:  [31mred "))
    #expect(said.utf8.count < 250 && said.utf8.allSatisfy { 0x20..<0x7F ~= $0 })
  }
}
