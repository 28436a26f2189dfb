import Canonical
import Records
import StemmaCrypto
import Testing

@Suite struct SealTests {
  /// `printf '%s' '{"kind":"context","v":1}' | sha256sum`, as FORMAT.md has it.
  @Test func aDigestIsTheHashOfTheCanonicalBytes() throws {
    let context = try record("{ \"v\": 1.0e0,\n \"kind\": \"conte\\u0078t\" }")
    #expect(String(decoding: context.canonical, as: UTF8.self) == #"{"kind":"context","v":1}"#)
    #expect(
      context.digest.description
        == "sha256:56785ab5ff5fdfe576bb76c771e204390f5ac7bdd88d9e0e8519856a65bdaa2e")
  }

  @Test func handlesBecomeDigests() throws {
    let draft = try draft(
      ##"{"kind":"resolution","v":1,"recipe":"#the-recipe","view":"\##(digest("v"))"}"##)
    #expect(draft.references.map(\.target) == [.handle("the-recipe"), .digest(digest("v"))])
    #expect(draft.references.map(\.pointer) == ["/recipe", "/view"])
    let sealed = try draft.seal(handles: ["the-recipe": digest("r"), "other": digest("o")])
    let written = try record(
      #"{"kind":"resolution","v":1,"recipe":"\#(digest("r"))","view":"\#(digest("v"))"}"#)
    #expect(sealed.digest == written.digest)
    #expect(sealed.canonical == written.canonical)
    #expect(sealed.references == written.references)
  }

  @Test func anUnknownHandleIsToldWithItsPlace() throws {
    let draft = try draft(
      ##"{"kind":"resolution","v":1,"recipe":"\##(digest("r"))","view":"#v"}"##)
    let expected = RecordErrors([
      RecordError(pointer: "/view", message: "no record of this commit has the handle v")
    ])
    #expect(throws: expected) { try draft.seal(handles: ["w": digest("v")]) }
  }

  @Test(arguments: [
    "#", "#A", "#1", "#-a", "#a b", "#a.b", "##a", "#é", "#" + String(repeating: "a", count: 64),
  ])
  func aHandleHasAGrammar(_ text: String) {
    let errors = problems(#"{"kind":"approval","v":1,"subject":"\#(text)"}"#)
    #expect(
      errors == [
        RecordError(pointer: "/subject", message: "the digest of a record (sha256:…) is needed")
      ])
  }

  @Test(arguments: ["a", "a1_-", String(repeating: "a", count: 63)])
  func aHandleThatFitsIsTaken(_ handle: String) throws {
    let approval = try record(
      ##"{"kind":"approval","v":1,"subject":"#\##(handle)"}"##, handles: [handle: digest("x")])
    #expect(approval.references.map(\.target) == [digest("x")])
  }

  /// Whoever wrote the handle could not sort it; everything else in the set is sorted along.
  @Test func aSetThatHoldsAHandleIsSorted() throws {
    let words = ["o1", "o2", "o3", "o4"]
    let sorted = words.map(digest).sorted().map(\.description)
    let verdict = { (outputs: [String]) in
      """
      {"kind":"verdict","v":1,"outputs":[\(outputs.map { "\"\($0)\"" }.joined(separator: ","))],
       "verdict":"divergent","flags":[],"tests":[],"looks":1,"method":"m"}
      """
    }
    let expected = try record(verdict(sorted))
    for handle in words {
      let written = words.reversed().map { $0 == handle ? "#h" : digest($0).description }
      let sealed = try record(verdict(written), handles: ["h": digest(handle)])
      #expect(sealed.digest == expected.digest)
      #expect(sealed.references == expected.references)
    }
  }

  @Test func inputsWithHandlesAreSortedByRoleAndThenReference() throws {
    let view = { (inputs: [(String, String)]) in
      let list = inputs.map { #"{"role":"\#($0.0)","ref":"\#($0.1)"}"# }.joined(separator: ",")
      return """
        {"kind":"view","v":1,"inputs":[\(list)],"context":"\(digest("c"))",
         "output":{"name":"x","type":"text","mediaType":"text/plain"},"determinism":"run_to_run"}
        """
    }
    let (low, high) = (min(digest("x"), digest("y")), max(digest("x"), digest("y")))
    let expected = try record(
      view([("a", high.description), ("b", low.description), ("b", high.description)]))
    let sealed = try record(
      view([("b", "#high"), ("a", high.description), ("b", low.description)]),
      handles: ["high": high])
    #expect(sealed.digest == expected.digest)
    #expect(sealed.references.map(\.role) == [nil, "a", "b", "b"])
  }

  @Test func aSetThatNamesOneRecordTwiceThroughAHandleIsRefused() throws {
    let draft = try draft(
      ##"{"kind":"name","v":1,"name":"n","target":"#t","basis":["#a","\##(digest("x"))"]}"##)
    let expected = RecordErrors([RecordError(pointer: "/basis/1", message: "twice in a set")])
    #expect(throws: expected) {
      try draft.seal(handles: ["t": digest("t"), "a": digest("x")])
    }
    _ = try draft.seal(handles: ["t": digest("t"), "a": digest("y")])
  }

  /// Lists keep the order that they were written in, handles or not.
  @Test func aListIsNotSorted() throws {
    let (low, high) = (min(digest("x"), digest("y")), max(digest("x"), digest("y")))
    let rank = try record(
      """
      {"kind":"rank","v":1,"execution":"\(digest("e"))","rank":0,"attempt":0,
       "devices":[{"device":"\(high)"},{"device":"#low"},{"device":"\(high)"}],
       "startedAt":"2026-11-24T00:00:00.000000Z"}
      """, handles: ["low": low])
    #expect(rank.references.map(\.target) == [high, low, high, digest("e")])
  }

  /// The whole record is checked once more: here the rule over two members.
  @Test func rulesHoldAfterHandlesAreKnown() throws {
    let draft = try draft(
      ##"{"kind":"succession","v":1,"from":"#a","to":"#b","because":["\##(digest("r"))"]}"##)
    let expected = RecordErrors([
      RecordError(pointer: "", message: "from and to are the same record")
    ])
    #expect(throws: expected) { try draft.seal(handles: ["a": digest("v"), "b": digest("v")]) }
    _ = try draft.seal(handles: ["a": digest("v"), "b": digest("w")])
  }

  @Test func aRecordHasAtMostOneMebibyte() throws {
    let note = { (length: Int) in
      let text = String(repeating: "x", count: length)
      return #"{"kind":"note","note":{"t":"\#(text)"},"subject":"\#(digest("x"))","v":1}"#
    }
    let room = Record.maximumSize - note(0).utf8.count
    #expect(try record(note(room)).canonical.count == 1 << 20)
    #expect(
      problems(note(room + 1)) == [
        RecordError(pointer: "", message: "1048577 bytes; a record has at most 1048576")
      ])
  }

  /// What may be larger as text than as a record: white space is not counted.
  @Test func sizeIsThatOfTheCanonicalForm() throws {
    let padded = #"{"kind":"context","v":1"# + String(repeating: " ", count: 2 << 20) + "}"
    #expect(try record(padded).canonical.count == 24)
  }

  /// A commit's own parser allows a few levels more, for what is around the record.
  @Test func depthIsCountedFromTheRecord() throws {
    func context(_ levels: Int) -> [UInt8] {
      let open = String(repeating: #"{"d":"#, count: levels - 1)
      let close = String(repeating: "}", count: levels - 1)
      return Array(#"{"kind":"context","parameters":\#(open)1\#(close),"v":1}"#.utf8)
    }
    let limits = JSONLimits(maxDepth: 70)
    _ = try RecordDraft(checking: JSONDocument(parsing: context(64), limits: limits).root)
    let pointer = "/parameters" + String(repeating: "/d", count: 63)
    let expected = RecordErrors([
      RecordError(pointer: pointer, message: "more than 64 levels deep")
    ])
    #expect(throws: expected) {
      try RecordDraft(checking: JSONDocument(parsing: context(65), limits: limits).root)
    }
  }
}
