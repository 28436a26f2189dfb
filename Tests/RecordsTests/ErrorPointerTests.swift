import Records
import StemmaCrypto
import Testing

@Suite struct ErrorPointerTests {
  /// Where each problem is said to be. The key is a member's JSON in a view; the rest of it is good.
  static let places: [(member: String, json: String, pointer: String)] = [
    ("model", "7", "/model"), ("model", "null", "/model"), ("model", #""""#, "/model"),
    ("inputs", "{}", "/inputs"), ("inputs", "[7]", "/inputs/0"),
    ("inputs", #"[{"role":"a"}]"#, "/inputs/0"),
    ("inputs", #"[{"role":"a","ref":"x"}]"#, "/inputs/0/ref"),
    ("inputs", #"[{"role":"A","ref":"\#(digest("x"))"}]"#, "/inputs/0/role"),
    (
      "inputs",
      #"[{"role":"b","ref":"\#(digest("x"))"},{"role":"a","ref":"\#(digest("x"))"}]"#, "/inputs/1"
    ),
    ("output", #"{"name":"x","type":"text"}"#, "/output"),
    ("output", #"{"name":"x","type":"txt","mediaType":"a/b"}"#, "/output/type"),
    ("judging", #"{"margins":{"a~/b":1}}"#, "/judging/margins/a~0~1b"),
    ("judging", #"{"margins":{"a":-1}}"#, "/judging/margins/a"),
    ("judging", #"{"dtypes":["b","a"]}"#, "/judging/dtypes/1"),
    ("judging", "{}", "/judging"), ("determinism", #""no""#, "/determinism"),
    ("surprise~/", "1", "/surprise~0~1"), ("salt", #""short""#, "/salt"), ("v", "2", "/v"),
  ]

  @Test(arguments: places.indices)
  func aProblemIsToldWithItsPlace(_ index: Int) {
    let place = Self.places[index]
    var members = [
      "kind": #""view""#, "v": "1", "inputs": "[]", "context": #""\#(digest("c"))""#,
      "output": #"{"name":"x","type":"text","mediaType":"a/b"}"#, "determinism": #""run_to_run""#,
    ]
    members[place.member] = place.json
    let json = members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
    #expect(problems("{\(json)}").map(\.pointer) == [place.pointer])
  }

  @Test func everythingThatIsWrongIsTold() {
    let errors = problems(
      #"{"kind":"ended","v":1,"rank":"x","endedAt":"now","exit":{},"use":{"a":null},"b":1}"#)
    #expect(errors.map(\.pointer) == ["/endedAt", "/exit", "/rank", "/use/a", "/b"])
    #expect(
      errors.first?.message == "a time YYYY-MM-DDThh:mm:ss.ffffffZ that the calendar has is needed")
  }

  @Test func atMostTwentyAreTold() {
    let nulls = (0..<1000).map { "\"m\($0)\":null" }.joined(separator: ",")
    let errors = problems(#"{"kind":"context","v":1,"parameters":{\#(nulls)}}"#)
    #expect(errors.count == RecordErrors.limit)
    #expect(errors.first?.pointer == "/parameters/m0")
    #expect(errors.allSatisfy { $0.message == "null is not taken; leave the member out" })
  }

  @Test func missingMembersAreToldOfTheObjectThatLacksThem() {
    #expect(
      problems(#"{"kind":"approval"}"#) == [
        RecordError(pointer: "", message: "the member subject is missing"),
        RecordError(pointer: "", message: "the member v is missing"),
      ])
  }

  @Test func withoutAKindNothingElseIsJudged() {
    for json in [#"{"v":1}"#, #"{"kind":7,"v":2}"#, #"{"kind":"View"}"#, #"{"kind":null}"#] {
      #expect(problems(json).map(\.pointer) == ["/kind"])
    }
    for json in ["[]", "7", #""view""#, "null"] {
      #expect(problems(json) == [RecordError(pointer: "", message: "a record is an object")])
    }
  }

  /// Canonically equivalent keys are two keys, and a pointer names the one that is meant.
  @Test func keysAreBytes() throws {
    let twins = "\"caf\u{E9}\":1,\"cafe\u{301}\":2"
    let context = try record("{\"kind\":\"context\",\"parameters\":{\(twins)},\"v\":1}")
    #expect(context.canonical.count(where: { $0 == UInt8(ascii: ":") }) == 5)
    let errors = problems(
      "{\"kind\":\"context\",\"parameters\":{\"caf\u{E9}\":1,\"cafe\u{301}\":null},\"v\":1}")
    #expect(errors.map { Array($0.pointer.utf8) } == [Array("/parameters/cafe\u{301}".utf8)])
  }
}
