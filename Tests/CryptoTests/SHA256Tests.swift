import StemmaCrypto
import Testing

@Suite struct SHA256Tests {
  /// The examples that NIST publishes for FIPS 180-4, and the empty message.
  static let vectors: [(message: String, digest: String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
        + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ]

  @Test(arguments: vectors.indices)
  func matchesNIST(index: Int) {
    let (message, digest) = Self.vectors[index]
    #expect(SHA256.digest(of: Array(message.utf8)).hex == digest)
  }

  @Test func everySplitGivesTheSameDigest() {
    let message = (0..<200).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let whole = SHA256.digest(of: message)
    for cut in 0...message.count {
      var hasher = SHA256Hasher()
      hasher.update(message.span.extracting(0..<cut))
      unsafe message[cut...].withUnsafeBytes { unsafe hasher.update($0) }
      #expect(hasher.finalize() == whole, "cut at \(cut)")
    }
  }

  @Test func noBytesAtAllAreTheEmptyMessage() {
    let hasher = SHA256Hasher()
    #expect(hasher.finalize() == SHA256.digest(of: []))
  }

  @Test func manyThreadsAgree() async {
    let message = [UInt8](repeating: 0x5a, count: 4096)
    let expected = SHA256.digest(of: message)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 {
        group.addTask { (0..<200).allSatisfy { _ in SHA256.digest(of: message) == expected } }
      }
      for await agrees in group { #expect(agrees) }
    }
  }
}
