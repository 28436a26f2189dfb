import StemmaCrypto
import Testing
import TransparencyLog

@Suite struct KeyTests {
  // The keys that the documentation of Go's note package has published.
  static let peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  static let peterPrivate =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
  static let seed = [UInt8](1...32)

  @Test func readsAndWritesVerifierKeys() throws {
    let key = try VerifierKey(parsing: Self.peter)
    #expect(key.name == "PeterNeumann" && key.keyID == 0xc74f_20a3 && key.kind == .log)
    #expect(key.publicKey.count == 32)
    #expect(key.description == Self.peter)
    #expect(try VerifierKey(name: key.name, kind: .log, publicKey: key.publicKey) == key)
  }

  @Test func readsAndWritesPrivateKeys() throws {
    let key = try SigningKey(parsing: Self.peterPrivate)
    #expect(key.verifierKey.description == Self.peter)
    #expect(key.formatPrivateKey() == Self.peterPrivate)
    #expect("\(key)" == Self.peter, "a private key must not be printed by accident")
  }

  /// One key for two purposes is two keys to everybody else.
  @Test func theKindIsPartOfTheKey() throws {
    let log = try SigningKey(name: "one", seed: Self.seed).verifierKey
    let witness = try CosigningKey(name: "one", seed: Self.seed).verifierKey
    #expect(log.publicKey == witness.publicKey)
    #expect(log.keyID != witness.keyID && log != witness)
    #expect(try VerifierKey(parsing: witness.description) == witness)
    #expect(witness.kind == .witness)
  }

  @Test func keyIDsKeepTheirZeros() throws {
    // Among this many keys some have an ID that begins with a zero digit.
    for byte in 0..<64 as Range<UInt8> {
      let key = try SigningKey(name: "log", seed: Array(repeating: byte, count: 32))
      #expect(try VerifierKey(parsing: key.verifierKey.description) == key.verifierKey)
      #expect(try SigningKey(parsing: key.formatPrivateKey()).verifierKey == key.verifierKey)
    }
  }

  static let peterMutants = [
    "", "+", "++", "PeterNeumann", "PeterNeumann+c74f20a3", "PeterNeumann+c74f20a3+",
    peter + "\n", " " + peter, peter + "=", peter + "+", peter.replacing("Peter", with: "peter"),
    peter.replacing("PeterNeumann", with: ""), peter.replacing("Peter", with: "Peter "),
    peter.replacing("Peter", with: "Peter\u{00A0}"), peter.replacing("Peter", with: "Pe+ter"),
    peter.replacing("c74f20a3", with: "C74F20A3"), peter.replacing("c74f20a3", with: "c74f20a4"),
    peter.replacing("c74f20a3", with: "0c74f20a3"), peter.replacing("c74f20a3", with: ""),
    peter.replacing("+ARpc", with: "+AhpC"), peter.replacing("+ARpc", with: "+BRpc"),
    peter.replacing("10TW", with: "10TX"), peter.replacing("10TW", with: ""),
    peter.replacing("10TW", with: "10T="), peter.replacing("10TW", with: "1-TW"),
    // The right key ID for a key that is too long, and for a type that nobody knows.
    "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
    "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  ]

  @Test(arguments: peterMutants)
  func refusesOtherVerifierKeys(text: String) {
    expectRefused(.malformed) { try VerifierKey(parsing: text) }
    expectRefused(.malformed) { try VerifierKey(parsing: peterPrivate(like: text)) }
    expectRefused(.malformed) { try SigningKey(parsing: peterPrivate(like: text)) }
    expectRefused(.malformed) { try SigningKey(parsing: text) }
  }

  private func peterPrivate(like text: String) -> String { "PRIVATE+KEY+" + text }

  @Test func everyCharacterOfAKeyCounts() throws {
    for text in [Self.peter, Self.peterPrivate] {
      let bytes = utf8(text)
      for index in bytes.indices {
        for other in [bytes[index] ^ 1, bytes[index] ^ 0x20, UInt8(ascii: "+")]
        where other != bytes[index] {
          var altered = bytes
          altered[index] = other
          let mutant = String(decoding: altered, as: UTF8.self)
          expectRefused(.malformed, mutant) { try VerifierKey(parsing: mutant) }
          expectRefused(.malformed, mutant) { try SigningKey(parsing: mutant) }
        }
      }
    }
  }

  @Test(arguments: ["", " ", "a b", "a+b", "a\nb", "a\tb", "a\u{1}b", "a\u{2003}b", "a\u{85}b"])
  func refusesNames(name: String) {
    expectRefused(.malformed) { try SigningKey(name: name, seed: Self.seed) }
    expectRefused(.malformed) { try CosigningKey(name: name, seed: Self.seed) }
    expectRefused(.malformed) {
      try VerifierKey(name: name, kind: .log, publicKey: Array(repeating: 1, count: 32))
    }
  }

  @Test(arguments: [0, 31, 33, 64])
  func refusesKeysOfOtherLengths(count: Int) {
    let bytes = [UInt8](repeating: 1, count: count)
    expectRefused(.malformed) { try SigningKey(name: "log", seed: bytes) }
    expectRefused(.malformed) { try CosigningKey(name: "log", seed: bytes) }
    expectRefused(.malformed) { try VerifierKey(name: "log", kind: .log, publicKey: bytes) }
  }

  /// As Swift strings the two names are equal.
  @Test func namesAreBytes() throws {
    let kelvin = try SigningKey(name: "\u{212A}", seed: Self.seed)
    let letter = try SigningKey(name: "K", seed: Self.seed)
    #expect(kelvin.verifierKey.name == letter.verifierKey.name)
    #expect(kelvin.verifierKey != letter.verifierKey)
    let note = SignedNote(text: utf8("text\n"), signatures: [kelvin.sign(utf8("text\n"))])
    #expect(
      try note.verify(with: [letter.verifierKey, kelvin.verifierKey]) == [kelvin.verifierKey])
    expectRefused(.unsigned) { try note.verify(with: [letter.verifierKey]) }
  }
}
