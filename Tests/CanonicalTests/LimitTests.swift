import Canonical
import Testing

@Suite struct LimitTests {
  static func nested(_ depth: Int, _ opening: String, _ closing: String) -> [UInt8] {
    Array(
      (String(repeating: opening, count: depth) + String(repeating: closing, count: depth)).utf8)
  }

  @Test(arguments: [("[", "]"), ("{\"a\":[", "]}"), ("[{\"a\":", "}]")])
  func allowsSixtyFourLevels(opening: String, closing: String) throws {
    let levels = opening.utf8.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
    let inner = levels == 2 && opening.last == ":" ? "0" : ""
    func text(_ count: Int) -> [UInt8] {
      Array(
        (String(repeating: opening, count: count) + inner + String(repeating: closing, count: count))
          .utf8)
    }
    let document = try JSONDocument(parsing: text(64 / levels))
    #expect(document.root.depth == 64)
    #expect(document.root.canonicalBytes() == text(64 / levels))
    #expect(throws: JSONError(.tooDeep, at: opening.utf8.count * 64 / levels)) {
      try JSONDocument(parsing: text(64 / levels + 1))
    }
  }

  @Test func takesAnotherDepth() throws {
    let limits = JSONLimits(maxDepth: 1)
    #expect(try JSONDocument(parsing: Array("[1]".utf8), limits: limits).root.depth == 1)
    #expect(throws: JSONError(.tooDeep, at: 1)) {
      try JSONDocument(parsing: Array("[[]]".utf8), limits: limits)
    }
    #expect(try JSONDocument(parsing: [0x30], limits: JSONLimits(maxDepth: 0)).root.depth == 0)
    #expect(throws: JSONError(.tooDeep, at: 0)) {
      try JSONDocument(parsing: Array("{}".utf8), limits: JSONLimits(maxDepth: 0))
    }
  }

  @Test func refusesAHundredThousandOpenBrackets() {
    #expect(throws: JSONError(.tooDeep, at: 64)) {
      try JSONDocument(parsing: [UInt8](repeating: UInt8(ascii: "["), count: 100_000))
    }
  }

  @Test func writesTheGreatestDepth() throws {
    let text = Self.nested(1024, "[", "]")
    let document = try JSONDocument(parsing: text, limits: JSONLimits(maxDepth: 1024))
    #expect(document.root.canonicalBytes() == text)
    #expect(JSONValue(document.root).canonicalBytes() == text)
  }

  @Test func countsBytes() throws {
    let limits = JSONLimits(maxBytes: 4)
    #expect(try JSONDocument(parsing: Array("1234".utf8), limits: limits).root.integer == 1234)
    #expect(throws: JSONError(.tooLarge, at: 4)) {
      try JSONDocument(parsing: Array("12345".utf8), limits: limits)
    }
  }

  @Test func countsValuesAndKeys() throws {
    let limits = JSONLimits(maxValues: 5)
    let text = #"{"a":[1],"b":2}"#
    #expect(throws: JSONError(.tooManyValues, at: 13)) {
      try JSONDocument(parsing: Array(text.utf8), limits: limits)
    }
    let document = try JSONDocument(parsing: Array(text.utf8), limits: JSONLimits(maxValues: 6))
    #expect(document.root.count == 2)
  }

  @Test(arguments: JSONError.Code.allCases)
  func everyReasonHasAMessage(_ code: JSONError.Code) {
    let error = JSONError(code, at: 17)
    #expect((10...70).contains(error.message.utf8.count))
    #expect(error.description == "byte 17: \(error.message)")
    #expect(JSONError.Code.allCases.count { $0.message == error.message } == 1)
  }
}
