import StemmaCrypto
import Testing
import TransparencyLog

@Suite struct WitnessPolicyTests {
  static func log(_ number: UInt8 = 0) throws -> SigningKey {
    try SigningKey(name: "log\(number)", seed: Array(repeating: 100 + number, count: 32))
  }
  static func witness(_ number: UInt8) throws -> CosigningKey {
    try CosigningKey(name: "w\(number)", seed: Array(repeating: number, count: 32))
  }

  /// The policy of the spec's example, over witnesses 1 to 6.
  static func example() throws -> String {
    """
    # Two of X and one of Y.
    log \(try log().verifierKey) https://log.example/

    witness X1 \(try witness(1).verifierKey)
    witness X2 \(try witness(2).verifierKey) https://x2.example/
    \t witness \t X3 \(try witness(3).verifierKey) \t
    group X-witnesses 2 X1 X2 X3

    witness Y1 \(try witness(4).verifierKey)
    witness Y2 \(try witness(5).verifierKey)
    witness Y3 \(try witness(6).verifierKey)
    group Y-witnesses any Y1 Y2 Y3
      # and so
    group X-and-Y all X-witnesses Y-witnesses
    quorum X-and-Y

    """
  }

  static func note(signed: Bool = true, origin: String = "log0", by witnesses: [UInt8]) throws
    -> SignedNote
  {
    let text = Checkpoint(origin: origin, size: 1, root: TreeHash.leaf([])).formatCheckpoint()
    let cosignatures = try witnesses.map { try witness($0).cosign(text, time: 7) }
    return SignedNote(
      text: text, signatures: (signed ? [try log().sign(text)] : []) + cosignatures)
  }

  @Test func readsTheExample() throws {
    let policy = try WitnessPolicy(parsing: utf8(Self.example()))
    #expect(policy.logs.map(\.key) == [try Self.log().verifierKey])
    #expect(policy.logs.map(\.url) == ["https://log.example/"])
    #expect(policy.witnesses.map(\.name) == ["X1", "X2", "X3", "Y1", "Y2", "Y3"])
    #expect(policy.witnesses.map(\.key) == (try (1...6).map { try Self.witness($0).verifierKey }))
    #expect(policy.witnesses.map(\.url) == [nil, "https://x2.example/", nil, nil, nil, nil])
  }

  /// All 64 sets of witnesses.
  @Test func countsWitnesses() throws {
    let policy = try WitnessPolicy(parsing: utf8(Self.example()))
    for set in 0..<64 as Range<UInt8> {
      let witnesses = (1...6 as ClosedRange<UInt8>).filter { set & 1 << ($0 - 1) != 0 }
      let note = try Self.note(by: witnesses)
      let isEnough = (set & 7).nonzeroBitCount >= 2 && set >> 3 != 0
      #expect(policy.isSatisfied(by: note) == isEnough, "\(witnesses)")
      if !isEnough { expectRefused(.noQuorum) { try policy.check(note) } }
    }
  }

  @Test func oneWitnessCountsOnce() throws {
    let policy = try WitnessPolicy(parsing: utf8(Self.example()))
    let text = try Self.note(by: []).text
    let twice = [
      try Self.witness(1).cosign(text, time: 1), try Self.witness(1).cosign(text, time: 2),
    ]
    expectRefused(.noQuorum) { try policy.check(Self.note(by: [4]).adding(twice)) }
  }

  @Test func theLogMustHaveSignedItsOwn() throws {
    let policy = try WitnessPolicy(parsing: utf8(Self.example()))
    expectRefused(.unsigned) { try policy.check(Self.note(signed: false, by: [1, 2, 4])) }
    expectRefused(.wrongOrigin) { try policy.check(Self.note(origin: "log1", by: [1, 2, 4])) }
    #expect(try policy.check(Self.note(by: [1, 2, 4])).origin == "log0")
  }

  @Test func aWrongCosignatureIsFatal() throws {
    let policy = try WitnessPolicy(parsing: utf8(Self.example()))
    let other = try Self.witness(3).cosign(utf8("other\n"), time: 7)
    expectRefused(.badSignature) { try policy.check(Self.note(by: [1, 2, 4]).adding([other])) }
    // One by a witness that the policy does not know says nothing.
    let stranger = try Self.witness(9).cosign(utf8("other\n"), time: 7)
    #expect(policy.isSatisfied(by: try Self.note(by: [1, 2, 4]).adding([stranger])))
  }

  @Test func simplePolicies() throws {
    let none = try WitnessPolicy(parsing: utf8("log \(try Self.log().verifierKey)\nquorum none\n"))
    #expect(none.isSatisfied(by: try Self.note(by: [])))
    #expect(!none.isSatisfied(by: try Self.note(signed: false, by: [1])))

    let one = try WitnessPolicy(
      parsing: utf8("witness none-such \(try Self.witness(1).verifierKey)\nquorum none-such\n"))
    #expect(one.isSatisfied(by: try Self.note(signed: false, by: [1])))
    #expect(!one.isSatisfied(by: try Self.note(by: [2])))

    // The order of the kinds of lines is free, also after the quorum.
    let late = try WitnessPolicy(
      parsing: utf8(
        "witness a \(try Self.witness(1).verifierKey)\nquorum a\n"
          + "witness b \(try Self.witness(2).verifierKey)\ngroup g 1 b\n"
          + "log \(try Self.log().verifierKey)\n"))
    #expect(late.isSatisfied(by: try Self.note(by: [1])))
    #expect(!late.isSatisfied(by: try Self.note(by: [2])))
  }

  @Test func checksReceipts() throws {
    let policy = try WitnessPolicy(parsing: utf8(Self.example()))
    let proof = LogProof(
      extra: nil, index: 0, hashes: [], checkpoint: try Self.note(by: [2, 3, 6]))
    #expect(try proof.check(entry: [], policy: policy).size == 1)
    expectRefused(.badProof) { try proof.check(entry: [1], policy: policy) }
    let alone = LogProof(extra: nil, index: 0, hashes: [], checkpoint: try Self.note(by: [2]))
    expectRefused(.noQuorum) { try alone.check(entry: [], policy: policy) }
    let nobody = try WitnessPolicy(parsing: utf8("quorum none\n"))
    expectRefused(.unsigned) { try proof.check(entry: [], policy: nobody) }
  }

  /// Names are bytes: these two are equal as Swift strings.
  @Test func namesAreBytes() throws {
    let text =
      "witness K \(try Self.witness(1).verifierKey)\nwitness \u{212A} \(try Self.witness(2).verifierKey)\n"
      + "quorum \u{212A}\n"
    let policy = try WitnessPolicy(parsing: utf8(text))
    #expect(policy.isSatisfied(by: try Self.note(by: [2])))
    #expect(!policy.isSatisfied(by: try Self.note(by: [1])))
    let latin1 = utf8("# caf") + [0xE9] + utf8("\nquorum none\n")
    #expect(try WitnessPolicy(parsing: latin1).witnesses.isEmpty)
  }

  static func faults() throws -> [(text: String, line: Int)] {
    let log = try log().verifierKey
    let (a, b) = (try witness(1).verifierKey, try witness(2).verifierKey)
    let sameAsA = try CosigningKey(name: "other", seed: Array(repeating: 1, count: 32)).verifierKey
    let sameLog = try SigningKey(name: "other", seed: Array(repeating: 100, count: 32)).verifierKey
    let two = "witness a \(a)\nwitness b \(b)\n"
    return [
      ("frobnicate\n", 1), ("Log \(log)\n", 1), ("\n\nlog\n", 3), ("log \(log) u v\n", 1),
      ("log \(a)\n", 1), ("log nonsense\n", 1), ("log \(log)\nlog \(log)\n", 2),
      ("log \(log)\nlog \(sameLog)\n", 2), ("witness a\n", 1), ("witness a \(a) u v\n", 1),
      ("witness a \(log)\n", 1), ("witness none \(a)\n", 1), (two + "witness a \(b)\n", 3),
      ("witness a \(a)\nwitness a \(b)\n", 2), ("witness a \(a)\nwitness b \(a)\n", 2),
      ("witness a \(a)\nwitness b \(sameAsA)\n", 2), (two + "group g 1\n", 3),
      (two + "group g any\n", 3), (two + "group g 0 a b\n", 3), (two + "group g 3 a b\n", 3),
      (two + "group g -1 a b\n", 3), (two + "group g 01 a b\n", 3), (two + "group g +1 a b\n", 3),
      (two + "group g most a b\n", 3), (two + "group g 99999999999999999999 a\n", 3),
      (two + "group g any a a\n", 3), (two + "group g any a none\n", 3),
      (two + "group g any a g\n", 3), (two + "group g any later\n", 3),
      (two + "group none any a\n", 3), (two + "group a any b\n", 3),
      (two + "group g any a\ngroup g any b\n", 4), (two + "group g any a\ngroup h any a b\n", 4),
      (two + "group g any a b\ngroup h any g\ngroup i any g\n", 5), (two + "quorum\n", 3),
      (two + "quorum a b\n", 3), (two + "quorum c\n", 3), (two + "quorum a\nquorum a\n", 4),
      ("quorum a\n" + two, 1), ("quorum none\nquorum none\n", 2), ("quorum none", 1),
      ("quorum none\n\n# more", 3), ("quorum none\r\n", 1), ("quorum\u{B}none\n", 1),
      ("# \u{7F}\nquorum none\n", 1), ("#\0\nquorum none\n", 1), ("quorum\u{A0}none\n", 1),
    ]
  }

  @Test func faultsNameTheirLine() throws {
    for (text, line) in try Self.faults() {
      // So that nothing but the fault is wrong.
      let whole = text.contains("quorum") ? text : text + "quorum none\n"
      let error = #expect(throws: LogError.self, "\(text)") {
        try WitnessPolicy(parsing: utf8(whole))
      }
      #expect(error?.code == .malformed)
      #expect(
        error?.message.hasPrefix("line \(line): ") == true, "\(text): \(error?.message ?? "")")
    }
    for text in ["", "\n", "# nothing\n"] {
      expectRefused(.malformed) { try WitnessPolicy(parsing: utf8(text)) }
    }
  }

  @Test func hasRoom() throws {
    var text = ""
    for number in 0..<100 as Range<UInt8> {
      text +=
        "log \(try Self.log(number).verifierKey)\nwitness w\(number) \(try Self.witness(number).verifierKey)\n"
    }
    for number in 0..<100 { text += "group g\(number) any w\(number)\n" }
    text += "group g all \((0..<100).map { "g\($0)" }.joined(separator: " "))\nquorum g\n"
    let policy = try WitnessPolicy(parsing: utf8(text))
    #expect(policy.isSatisfied(by: try Self.note(by: Array(0..<99))) == false)
  }
}
