import StemmaCrypto
import Testing

@testable import Records

/// What the store looks records up by, and the chains they belong to.
@Suite struct FactsTests {
  @Test func threeKindsAreLinksOfChains() throws {
    let (subject, previous) = (digest("s"), digest("p"))
    let move = try record(
      #"{"kind":"name","v":1,"name":"a/b@c","target":"\#(subject)","previous":"\#(previous)"}"#)
    #expect(move.event == Event(kind: .name, subject: Array("a/b@c".utf8), previous: previous))
    let first = try record(#"{"kind":"name","v":1,"name":"a","target":"\#(subject)"}"#)
    #expect(first.event == Event(kind: .name, subject: Array("a".utf8), previous: nil))
    let retraction = try record(
      #"{"kind":"retraction","v":1,"subject":"\#(subject)","reason":"r","effect":"ever"}"#)
    #expect(retraction.event == Event(kind: .retraction, subject: subject.bytes, previous: nil))
    let label = try record(
      """
      {"kind":"label","v":1,"subject":"\(subject)","label":"l","reason":"r",
       "previous":"\(previous)"}
      """)
    #expect(label.event == Event(kind: .label, subject: subject.bytes, previous: previous))
  }

  @Test func noOtherKindIs() throws {
    for example in Example.all where example.isGood {
      let record = try example.judge()
      let isLink = [Kind.name, .retraction, .label].contains(record.kind)
      #expect((record.event != nil) == isLink, "\(example.path)")
    }
  }

  @Test func contentIsTheContentOrTheManifest() throws {
    let d = digest("bytes")
    for member in ["content", "manifest"] {
      let input = try record(
        #"{"kind":"input","v":1,"\#(member)":{"digest":"\#(d)","size":7,"mediaType":"a/b"}}"#)
      #expect(input.content == Descriptor(digest: d, size: 7, mediaType: "a/b"))
    }
    #expect(try record(#"{"kind":"input","v":1,"unrecorded":"\#(d)"}"#).content == nil)
    let kinds = try Example.all.filter(\.isGood).map { try $0.judge() }
      .filter { $0.content != nil }.map(\.kind)
    #expect(Set(kinds) == [.input, .model, .output])
  }

  @Test func keyAndExecution() throws {
    for example in Example.all where example.isGood {
      let record = try example.judge()
      let namesOne = record.kind == .rank || record.kind == .output
      #expect((record.execution == digest("e")) == namesOne, "\(example.path)")
      let hasKey = example.path == "output/good-all.json"
      #expect(
        record.key == (hasKey ? Array("decision 2026-11-24/000017".utf8) : nil), "\(example.path)")
    }
  }

  @Test func aNameIsReadBack() throws {
    let basis = [digest("a"), digest("b")].sorted()
    let move = try record(
      """
      {"kind":"name","v":1,"name":"m/x@p","target":"\(digest("t"))","reason":"because é",
       "basis":["\(basis[0])","\(basis[1])"],"previous":"\(digest("p"))"}
      """)
    let read = try NameMove(canonical: move.canonical)
    #expect(read.name == "m/x@p")
    #expect(read.target == digest("t"))
    #expect(read.reason == "because é")
    #expect(read.basis == basis)
    #expect(read.previous == digest("p"))
    let plain = try NameMove(
      canonical: record(#"{"kind":"name","v":1,"name":"m","target":"\#(digest("t"))"}"#).canonical)
    #expect(plain.reason == nil)
    #expect(plain.basis.isEmpty)
    #expect(plain.previous == nil)
  }

  @Test func onlyANameIsReadAsOne() throws {
    let approval = try record(#"{"kind":"approval","v":1,"subject":"\#(digest("s"))"}"#)
    #expect(throws: RecordErrors.self) { try NameMove(canonical: approval.canonical) }
    #expect(throws: RecordErrors.self) { try NameMove(canonical: Array("{".utf8)) }
    #expect(throws: RecordErrors.self) { try NameMove(canonical: Array(#"{"kind":"name"}"#.utf8)) }
  }

  @Test func namesOfTheInterfaceAreNamesOfRecords() {
    for good in ["a", "a/b@c", "history", "history/a", "a/history@1", "0._-"] {
      #expect(NameMove.isName(Array(good.utf8)), "\(good)")
    }
    for bad in ["", "a/history", "a/b/history", "A", "a@", "@a", "a@b/c", "a\n", "cafe\u{301}"] {
      #expect(!NameMove.isName(Array(bad.utf8)), "\(bad)")
    }
  }
}
