import StemmaCrypto
import Testing
import TransparencyLog

@Suite struct NoteTests {
  static let text =
    "If you think cryptography is the answer to your problem,\n"
    + "then you don't know what your problem is.\n"
  static let peterLine =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
  static let enochLine =
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
  static let note = text + "\n" + peterLine + enochLine

  static func peter() throws -> VerifierKey { try VerifierKey(parsing: KeyTests.peter) }
  static func enoch() throws -> VerifierKey {
    try VerifierKey(parsing: "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop")
  }

  @Test func signsAsGoDoes() throws {
    let key = try SigningKey(parsing: KeyTests.peterPrivate)
    let note = SignedNote(text: utf8(Self.text), signatures: [key.sign(utf8(Self.text))])
    #expect(note.formatNote() == utf8(Self.text + "\n" + Self.peterLine))
  }

  @Test func verifiesTheExampleOfTheSpec() throws {
    let note = try SignedNote(
      parsing: utf8(
        "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONnc"
          + "AlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"))
    let key = try VerifierKey(
      parsing: "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    #expect(try note.verify(with: [key]) == [key])
  }

  @Test func readsWritesAndVerifies() throws {
    let note = try SignedNote(parsing: utf8(Self.note))
    let (peter, enoch) = (try Self.peter(), try Self.enoch())
    #expect(note.text == utf8(Self.text))
    #expect(note.signatures.map(\.name) == ["PeterNeumann", "EnochRoot"])
    #expect(note.signatures.map(\.keyID) == [0xc74f_20a3, 0xaf0c_fe78])
    #expect(note.formatNote() == utf8(Self.note))
    #expect(try note.verify(with: [peter]) == [peter])
    #expect(try note.verify(with: [enoch, peter, enoch]) == [peter, enoch])
    expectRefused(.unsigned) { try note.verify(with: []) }
  }

  @Test func aTextMayHoldEmptyLinesAndSignatureLines() throws {
    let key = try SigningKey(parsing: KeyTests.peterPrivate)
    for text in [
      "\n", "\n\n", "a\n\nb\n", "a\n\n", "— a b\n", "a\n\n" + Self.enochLine, "sì\n", "\u{7F}\n",
    ] {
      let note = SignedNote(text: utf8(text), signatures: [key.sign(utf8(text))])
      let read = try SignedNote(parsing: note.formatNote())
      #expect(read == note)
      #expect(try read.verify(with: [key.verifierKey]) == [key.verifierKey])
    }
  }

  @Test func aKnownKeysBadSignatureIsFatal() throws {
    let (peter, enoch) = (try Self.peter(), try Self.enoch())
    let altered = Self.note.replacing("2tiOHp", with: "2tiOHq")
    let note = try SignedNote(parsing: utf8(altered))
    #expect(try note.verify(with: [peter]) == [peter])
    expectRefused(.badSignature) { try note.verify(with: [enoch]) }
    expectRefused(.badSignature) { try note.verify(with: [peter, enoch]) }
    // Also as a second signature by a key whose first one is good.
    let both = try SignedNote(
      parsing: utf8(Self.note + Self.enochLine.replacing("2tiOHp", with: "2tiOHq")))
    expectRefused(.badSignature) { try both.verify(with: [enoch]) }
    #expect(try both.verify(with: [peter]) == [peter])
  }

  @Test func aNameOrAnIDAloneIsNotTheKey() throws {
    let enoch = try Self.enoch()
    let misnamed = Self.note.replacing("— EnochRoot", with: "— CarmenSandiego")
    expectRefused(.unsigned) { try SignedNote(parsing: utf8(misnamed)).verify(with: [enoch]) }
    let otherID = Self.note.replacing("rwz+eB", with: "rwz/eB")
    expectRefused(.unsigned) { try SignedNote(parsing: utf8(otherID)).verify(with: [enoch]) }
  }

  @Test func cosignaturesAreAddedOnce() throws {
    let note = try SignedNote(parsing: utf8(Self.text + "\n" + Self.peterLine))
    let line = try NoteSignature(parsing: utf8(Self.enochLine).dropLast())
    #expect(note.adding([line, line]).formatNote() == utf8(Self.note))
    #expect(note.adding(note.signatures) == note)
  }

  static let cut = String(note.dropLast())
  /// Notes that break one rule each.
  static let mutants: [String] =
    [
      "", "\n", "\n\n", "\n\n\n", text, text + "\n", text + "\n\n", text + peterLine, peterLine,
      "\n" + peterLine, cut, note + "\n", note + "\n\n", note + " ", note + "—", note + "— \n",
      note + "x\n", note + "—\n", note + "— a\n", note + "— a \n", note + "—  AAAAAAA=\n",
      text + "\n \n" + peterLine, text + "\n" + peterLine + "\n" + enochLine + "\n",
      text + "\n\r\n" + peterLine, text.replacing("\n", with: "\r\n") + "\n" + peterLine,
      note.replacing("\n", with: "\r\n"), note.replacing("\n", with: "\r"),
    ]
    + (0..<0x20).filter { $0 != 0x0A }.map {
      text + String(UnicodeScalar(UInt8($0))) + "\n\n" + peterLine
    }
    + [
      ("— Peter", "- Peter"), ("— Peter", "-- Peter"), ("— Peter", "– Peter"),
      ("— Peter", "—Peter"),
      ("— Peter", "—  Peter"), ("— Peter", " — Peter"), ("— Peter", "—\u{A0}Peter"),
      ("PeterNeumann", ""), ("PeterNeumann", "Peter Neumann"), ("PeterNeumann", "Peter+Neumann"),
      ("PeterNeumann", "Peter\u{A0}Neumann"), ("PeterNeumann", "Peter\u{3000}Neumann"),
      ("PeterNeumann", "Peter\u{2028}"), (" x08go", "x08go"), (" x08go", "  x08go"),
      (" x08go", "\tx08go"), ("x08go", "x08g"), ("x08go", "x08g-"), ("x08go", "x08g_"),
      ("x08go", "x08g="), ("x08go", "x08g "), ("JnAM=", "JnAM"), ("JnAM=", "JnA="),
      ("JnAM=", "JnAM=="),
      ("JnAM=", "JnAN="), ("JnAM=", "JnAM= "), ("JnAM=\n", "JnAM="),
      ("JnAM=\n", "JnAM= x\n"),
    ].map { note.replacing($0.0, with: $0.1) }
    + ["", "AA==", "AAA=", "AAAA", "AAAAAA==", "====", "AAAAAAA=="].map { text + "\n— a \($0)\n" }

  @Test(arguments: mutants.indices)
  func refusesMutants(index: Int) {
    #expect(Self.mutants[index] != Self.note)
    expectRefused(.malformed, Self.mutants[index]) {
      try SignedNote(parsing: utf8(Self.mutants[index]))
    }
  }

  @Test(arguments: [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]])
  func refusesWhatIsNotUTF8(bytes: [UInt8]) {
    expectRefused(.malformed) {
      try SignedNote(parsing: bytes + utf8(Self.note))
    }
    expectRefused(.malformed) {
      try SignedNote(parsing: utf8(Self.text + "\n— ") + bytes + utf8(" AAAAAAA=\n"))
    }
  }

  /// Whichever bit falls over: not a note, or not signed by both, or signed wrongly.
  @Test func everyBitCounts() throws {
    let bytes = utf8(Self.note)
    let keys = [try Self.peter(), try Self.enoch()]
    for index in bytes.indices {
      for bit in 0..<8 as Range<UInt8> {
        var altered = bytes
        altered[index] ^= 1 << bit
        let signers = try? SignedNote(parsing: altered).verify(with: keys)
        #expect(signers?.count ?? 0 < 2, "byte \(index), bit \(bit)")
      }
    }
  }

  @Test func hasLimits() throws {
    let line = "— a AAAAAAA=\n"
    let hundred = Self.text + "\n" + String(repeating: line, count: 100)
    #expect(try SignedNote(parsing: utf8(hundred)).signatures.count == 100)
    expectRefused(.malformed) { try SignedNote(parsing: utf8(hundred + line)) }

    let frame = "\n\n" + line
    let full = String(repeating: "x", count: SignedNote.maximumSize - frame.utf8.count) + frame
    #expect(try SignedNote(parsing: utf8(full)).formatNote() == utf8(full))
    expectRefused(.malformed) { try SignedNote(parsing: utf8("x" + full)) }
  }
}
