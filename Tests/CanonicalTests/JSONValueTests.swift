import Canonical
import Testing

@Suite struct JSONValueTests {
  private func text(_ value: JSONValue) -> String {
    String(decoding: value.canonicalBytes(), as: UTF8.self)
  }

  @Test func writesLiterals() {
    let value: JSONValue = [
      "b": [1, 2.5, "three", true, nil], "a": ["nested": [:], "empty": []], "\u{1F600}": 1,
      "\u{FB33}": 2,
    ]
    #expect(
      text(value)
        == "{\"a\":{\"empty\":[],\"nested\":{}},\"b\":[1,2.5,\"three\",true,null],"
        + "\"\u{1F600}\":1,\"\u{FB33}\":2}")
  }

  @Test func writesScalars() {
    #expect(text(.integer(-9_007_199_254_740_991)) == "-9007199254740991")
    #expect(text(.double(-0.0)) == "0")
    #expect(text(.double(1e-7)) == "1e-7")
    #expect(text(.double(1e21)) == "1e+21")
    #expect(text(.double(100)) == "100")
    #expect(
      text(.string("\u{8}\t\n\u{C}\r\"\\/\u{1F}\u{7F}\u{2028}")) == #""\b\t\n\f\r\"\\/\u001f"#
        + "\u{7F}\u{2028}\"")
    #expect(text(.bool(false)) == "false")
    #expect(text(.raw(Array(#"{"a":1}"#.utf8))) == #"{"a":1}"#)
    #expect(text("count \(2 + 3)") == #""count 5""#)
  }

  @Test func leavesOutAbsentMembers() {
    let next: JSONValue? = nil
    #expect(
      text(.object(present: ["next": next, "items": [], "after": 3])) == #"{"after":3,"items":[]}"#)
  }

  @Test func comparesMeaning() {
    #expect(JSONValue.integer(1) == .double(1))
    #expect(JSONValue.object([("a", 1), ("b", 2)]) == .object([("b", 2), ("a", 1)]))
    #expect(JSONValue.raw(Array("[1]".utf8)) == [1])
    #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    #expect(JSONValue.null != .bool(false))
    #expect(JSONValue.array([1, 2]) != .array([2, 1]))
  }

  @Test func keepsNormalFormsApart() throws {
    let value = JSONValue.object([("\u{E9}", 1), ("e\u{301}", 2)])
    #expect(text(value) == "{\"e\u{301}\":2,\"\u{E9}\":1}")
    #expect(value.canonicalBytes().count == 16)
    let document = try JSONDocument(parsing: value.canonicalBytes())
    #expect(document.root.count == 2)
    #expect(JSONValue(document.root).canonicalBytes() == value.canonicalBytes())
  }

  @Test func refusesWhatHasNoText() async {
    await #expect(processExitsWith: .failure) {
      _ = JSONValue.object([("a", 1), ("a", 2)]).canonicalBytes()
    }
    await #expect(processExitsWith: .failure) {
      _ = JSONValue.integer(9_007_199_254_740_992).canonicalBytes()
    }
    await #expect(processExitsWith: .failure) {
      _ = JSONValue.double(9_007_199_254_740_992).canonicalBytes()
    }
    await #expect(processExitsWith: .failure) { _ = JSONValue.double(.nan).canonicalBytes() }
  }
}
