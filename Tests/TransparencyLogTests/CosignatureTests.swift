import StemmaCrypto
import Testing

@testable import TransparencyLog

@Suite struct CosignatureTests {
  static let text = utf8(CheckpointTests.text)

  static func witness(_ number: UInt8 = 1) throws -> CosigningKey {
    try CosigningKey(name: "witness\(number).example", seed: Array(repeating: number, count: 32))
  }

  @Test func signsTheMessageOfTheSpec() throws {
    let message = utf8(
      """
      cosignature/v1
      time 1679315147
      example.com/behind-the-sofa
      20852163
      CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

      """)
    #expect(Cosignature.message(Self.text, time: 1_679_315_147) == message)
    let witness = try Self.witness()
    let line = witness.cosign(Self.text, time: 1_679_315_147)
    #expect(line.bytes.count == 72)
    #expect(line.bytes.prefix(8) == [0, 0, 0, 0, 0x64, 0x18, 0x50, 0xCB])
    #expect(
      Ed25519.verify(
        signature: Array(line.bytes.dropFirst(8)), message: message,
        publicKey: witness.verifierKey.publicKey))
    #expect(Cosignature(line)?.time == 1_679_315_147)
  }

  @Test func standsBesideTheLogsSignature() throws {
    let log = try SigningKey(name: "log", seed: KeyTests.seed)
    let (one, two) = (try Self.witness(1), try Self.witness(2))
    let note = try SignedNote(
      parsing: SignedNote(text: Self.text, signatures: [log.sign(Self.text)])
        .adding([one.cosign(Self.text, time: 5), two.cosign(Self.text, time: .max)]).formatNote())
    #expect(
      try note.verify(with: [two.verifierKey, one.verifierKey, log.verifierKey])
        == [log.verifierKey, one.verifierKey, two.verifierKey])
    #expect(note.signatures.compactMap { Cosignature($0)?.time } == [5, .max])
  }

  @Test func everyBitCounts() throws {
    let witness = try Self.witness()
    var line: [UInt8] = []
    witness.cosign(Self.text, time: 1_679_315_147).append(lineTo: &line)
    let encoded = line.dropLast()
    let text = try #require(encoded.lastIndex(of: UInt8(ascii: " "))) + 1
    for place in text..<encoded.endIndex {
      var altered = Array(encoded)
      altered[place] = altered[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      guard let signature = try? NoteSignature(parsing: altered[...]) else { continue }
      let note = SignedNote(text: Self.text, signatures: [signature])
      #expect((try? note.verify(with: [witness.verifierKey])) == nil, "place \(place)")
    }
  }

  /// The same key, the same text: what the log signs is not what a witness signs.
  @Test func aLogsSignatureIsNoCosignature() throws {
    let log = try SigningKey(name: "one", seed: KeyTests.seed)
    let witness = try CosigningKey(name: "one", seed: KeyTests.seed)
    let signed = SignedNote(text: Self.text, signatures: [log.sign(Self.text)])
    expectRefused(.unsigned) { try signed.verify(with: [witness.verifierKey]) }
    let cosigned = SignedNote(text: Self.text, signatures: [witness.cosign(Self.text, time: 1)])
    expectRefused(.unsigned) { try cosigned.verify(with: [log.verifierKey]) }
    #expect(Cosignature(log.sign(Self.text)) == nil)
  }

  /// A time beyond 2^63 − 1 is no time, also when it is signed.
  @Test func refusesTimesBeyondTheFormat() throws {
    let witness = try Self.witness()
    let time = UInt64.max
    let key = Ed25519.PrivateKey(seed: Array(repeating: 1, count: 32))
    let signature = key.sign(utf8("cosignature/v1\ntime \(time)\n") + Self.text)
    let id = witness.verifierKey.keyID
    let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: id >> UInt32($0)) }
    let blob = bytes + Array(repeating: 0xFF, count: 8) + signature
    let line = try NoteSignature(
      parsing: utf8("— witness1.example \(Base64.encode(blob))")[...])
    #expect(line.keyID == id)
    let note = SignedNote(text: Self.text, signatures: [line])
    expectRefused(.badSignature) { try note.verify(with: [witness.verifierKey]) }
  }
}
