import StemmaCrypto
import Testing
import TransparencyLog

@Suite struct CheckpointTests {
  // The example of tlog-checkpoint.
  static let origin = "example.com/behind-the-sofa"
  static let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
  static let text = "\(origin)\n20852163\n\(root)\n"
  static let emptyRoot = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

  @Test func readsAndWritesTheExample() throws {
    let checkpoint = try Checkpoint(parsing: utf8(Self.text))
    #expect(checkpoint.origin == Self.origin)
    #expect(checkpoint.size == 20_852_163)
    #expect(
      checkpoint.root.hex == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62")
    #expect(checkpoint.formatCheckpoint() == utf8(Self.text))
    #expect(
      Checkpoint(origin: Self.origin, size: 20_852_163, root: checkpoint.root) == checkpoint)
  }

  @Test(arguments: ["log", "a b", "log+1", "sì", "20852163", "— a AAAAAAA="])
  func takesAnyLineAsOrigin(origin: String) throws {
    for size in [0, 1, .max] as [Int64] {
      let root = TreeHash.empty
      let checkpoint = Checkpoint(origin: origin, size: size, root: root)
      #expect(try Checkpoint(parsing: checkpoint.formatCheckpoint()) == checkpoint)
    }
  }

  @Test func passesOverExtensionLines() throws {
    let checkpoint = try Checkpoint(parsing: utf8(Self.text + "extension\n{\"more\":1}\n"))
    #expect(checkpoint.formatCheckpoint() == utf8(Self.text))
  }

  static let mutants =
    [
      "", "\n", "\n\n\n", origin, "\(origin)\n", "\(origin)\n20852163\n",
      "\(origin)\n20852163\n\(root)",
      "\n20852163\n\(root)\n", text + "\n", text + "extension", text + "extension\n\n",
      text + "\nextension\n", "\n" + text, "\(origin)\n\n\(root)\n", "\(origin)\n20852163\n\n",
      text.replacing("\n", with: "\r\n"), "a\u{1}\n20852163\n\(root)\n",
      "a\t\n20852163\n\(root)\n",
    ]
    + [
      "-1", "+1", "020852163", "00", " 1", "1 ", "1_000", "1,000", "1e3", "0x10", "1.0", "１", "٣",
      "9223372036854775808", "18446744073709551616", "99999999999999999999999999",
      // An empty tree has the root of nothing.
      "0",
    ].map { "\(origin)\n\($0)\n\(root)\n" }
    + [
      String(root.dropLast()), root + "=", root + " ", " " + root,
      root.replacing("q2I=", with: "q2J="),
      root.replacing("q2I=", with: "q2"), root.replacing("/", with: "_"), "AAAA" + root,
      String(root.dropFirst(4)), root.replacing("CsUY", with: "CsU\u{A0}"), "sha256:" + root,
    ].map { "\(origin)\n20852163\n\($0)\n" }

  @Test(arguments: mutants.indices)
  func refusesMutants(index: Int) {
    expectRefused(.malformed, Self.mutants[index]) {
      try Checkpoint(parsing: utf8(Self.mutants[index]))
    }
  }

  @Test func refusesAnOriginThatIsNotUTF8() {
    expectRefused(.malformed) { try Checkpoint(parsing: [0xFF] + utf8(Self.text)) }
  }

  @Test func opensWhatTheLogSigned() throws {
    let key = try SigningKey(name: "log", seed: KeyTests.seed)
    let other = try SigningKey(name: "log", seed: Array(repeating: 9, count: 32))
    let checkpoint = Checkpoint(origin: "log", size: 1, root: TreeHash.leaf([]))
    let text = checkpoint.formatCheckpoint()
    let note = SignedNote(text: text, signatures: [key.sign(text)])
    #expect(try Checkpoint(opening: note, origin: "log", key: key.verifierKey) == checkpoint)
    expectRefused(.wrongOrigin) {
      try Checkpoint(opening: note, origin: "log2", key: key.verifierKey)
    }
    expectRefused(.unsigned) {
      try Checkpoint(opening: note, origin: "log", key: other.verifierKey)
    }
    expectRefused(.malformed) {
      let note = SignedNote(text: utf8("log\n"), signatures: [key.sign(utf8("log\n"))])
      return try Checkpoint(opening: note, origin: "log", key: key.verifierKey)
    }
    expectRefused(.badSignature) {
      let larger = Checkpoint(origin: "log", size: 2, root: checkpoint.root).formatCheckpoint()
      let note = SignedNote(text: larger, signatures: [key.sign(text)])
      return try Checkpoint(opening: note, origin: "log", key: key.verifierKey)
    }
  }

  /// As Swift strings the two origins are equal.
  @Test func originsAreBytes() throws {
    let key = try SigningKey(name: "log", seed: KeyTests.seed)
    let text = Checkpoint(origin: "\u{212A}", size: 0, root: TreeHash.empty).formatCheckpoint()
    let note = SignedNote(text: text, signatures: [key.sign(text)])
    expectRefused(.wrongOrigin) {
      try Checkpoint(opening: note, origin: "K", key: key.verifierKey)
    }
  }

  @Test func unsignableCheckpointsStopTheProcess() async {
    await #expect(processExitsWith: .failure) {
      _ = Checkpoint(origin: "log\n5", size: 0, root: TreeHash.empty)
    }
    await #expect(processExitsWith: .failure) {
      _ = Checkpoint(origin: "", size: 0, root: TreeHash.empty)
    }
    await #expect(processExitsWith: .failure) {
      _ = Checkpoint(origin: "log", size: -1, root: TreeHash.empty)
    }
  }
}
