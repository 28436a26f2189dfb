import StemmaCrypto
import Testing
import TransparencyLog

@Suite struct LogProofTests {
  static let tree = ReferenceTree(size: 7)
  static let index = 4

  static func key() throws -> SigningKey { try SigningKey(name: "log", seed: KeyTests.seed) }

  static func note(origin: String = "log") throws -> SignedNote {
    let checkpoint = Checkpoint(origin: origin, size: 7, root: tree.root(ofSize: 7))
    let text = checkpoint.formatCheckpoint()
    return SignedNote(text: text, signatures: [try key().sign(text)])
  }

  static func proof(extra: [UInt8]? = nil) throws -> LogProof {
    LogProof(
      extra: extra, index: Int64(index), hashes: tree.path(index, 0..<7), checkpoint: try note())
  }

  @Test func readsWritesAndChecks() throws {
    let key = try Self.key().verifierKey
    for extra in [nil, [0], Array("nonce and statement".utf8)] as [[UInt8]?] {
      let proof = try Self.proof(extra: extra)
      let read = try LogProof(parsing: proof.formatProof())
      #expect(read == proof && read.extra == extra)
      let checkpoint = try read.check(entry: ReferenceTree.entry(4), key: key)
      #expect(checkpoint.size == 7)
    }
    #expect(try Self.proof(extra: []) == Self.proof(extra: nil))
  }

  @Test func isTheFormatOfTheSpec() throws {
    let text = String(decoding: try Self.proof(extra: [1]).formatProof(), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.prefix(3) == ["c2sp.org/tlog-proof@v1", "extra AQ==", "index 4"])
    #expect(lines[3..<6].allSatisfy { $0.count == 44 })
    #expect(lines[6...8] == ["", "log", "7"])
    let bare = LogProof(extra: nil, index: 0, hashes: [], checkpoint: try Self.note())
    #expect(bare.formatProof().starts(with: utf8("c2sp.org/tlog-proof@v1\nindex 0\n\nlog\n")))
    #expect(try LogProof(parsing: bare.formatProof()) == bare)
  }

  @Test func refusesAnotherEntryKeyOrPlace() throws {
    let (key, proof) = (try Self.key().verifierKey, try Self.proof())
    let entry = ReferenceTree.entry(4)
    expectRefused(.badProof) { try proof.check(entry: ReferenceTree.entry(3), key: key) }
    expectRefused(.badProof) { try proof.check(entry: [], key: key) }
    for index in 0..<7 as Range<Int64> where index != 4 {
      let moved = LogProof(
        extra: nil, index: index, hashes: proof.hashes, checkpoint: proof.checkpoint)
      expectRefused(.badProof) { try moved.check(entry: entry, key: key) }
    }
    let beyond = LogProof(
      extra: nil, index: 7, hashes: proof.hashes, checkpoint: proof.checkpoint)
    expectRefused(.outOfRange) { try beyond.check(entry: entry, key: key) }
    let other = try SigningKey(name: "log", seed: Array(repeating: 9, count: 32)).verifierKey
    expectRefused(.unsigned) { try proof.check(entry: entry, key: other) }
    let witness = try CosigningKey(name: "log", seed: KeyTests.seed)
    let cosigned = LogProof(
      extra: nil, index: 4, hashes: proof.hashes,
      checkpoint: proof.checkpoint.adding([witness.cosign(proof.checkpoint.text, time: 1)]))
    expectRefused(.unsigned) { try cosigned.check(entry: entry, key: witness.verifierKey) }
  }

  /// A log's key signs for the log of its name alone.
  @Test func refusesACheckpointOfAnotherLog() throws {
    let proof = LogProof(
      extra: nil, index: 4, hashes: Self.tree.path(4, 0..<7),
      checkpoint: try Self.note(origin: "other"))
    expectRefused(.wrongOrigin) {
      try proof.check(entry: ReferenceTree.entry(4), key: Self.key().verifierKey)
    }
  }

  /// Of the text of a receipt every byte counts, but for those of the extra data.
  @Test func everyByteCounts() throws {
    let key = try Self.key().verifierKey
    let text = try Self.proof().formatProof()
    for place in text.indices {
      for bit in [0, 5] as [UInt8] {
        var altered = text
        altered[place] ^= 1 << bit
        let checked = try? LogProof(parsing: altered).check(
          entry: ReferenceTree.entry(4), key: key)
        #expect(checked == nil, "byte \(place), bit \(bit)")
      }
    }
  }

  static let mutations: [(String, String)] = [
    ("c2sp.org", "C2SP.org"), ("@v1", "@v2"), ("c2sp.org/tlog-proof@v1\n", ""),
    ("@v1\n", "@v1\r\n"),
    ("@v1\n", "@v1\n\n"), ("extra AQ==\n", "extra\n"), ("extra AQ==\n", "extra \n"),
    ("extra AQ==", "extra AR=="), ("extra AQ==", "extra AQ"), ("extra AQ==", "extra  AQ=="),
    ("extra AQ==", "Extra AQ=="), ("extra AQ==\n", "extra AQ==\nextra AQ==\n"),
    ("extra AQ==\nindex 4\n", "index 4\nextra AQ==\n"), ("index 4", "index 04"),
    ("index 4", "index -4"), ("index 4", "index +4"), ("index 4", "index 4 "),
    ("index 4", "index  4"), ("index 4", "index"), ("index 4\n", ""), ("index 4\n", "index 4\n\n"),
    ("index 4", "index 9223372036854775808"), ("\n\nlog", "\nlog"), ("\n\nlog", "\nAAAA\n\nlog"),
    ("\n\nlog", " \n\nlog"), ("\n\nlog", "\n \n\nlog"),
    ("\n\nlog", String(repeating: "\n" + CheckpointTests.root, count: 61) + "\n\nlog"),
  ]

  @Test(arguments: mutations.indices)
  func refusesMutants(index: Int) throws {
    let (from, to) = Self.mutations[index]
    let text = String(decoding: try Self.proof(extra: [1]).formatProof(), as: UTF8.self)
    // By scalars: Swift sees "\r\n" as one character.
    #expect(text.contains(from))
    expectRefused(.malformed, to) {
      try LogProof(parsing: utf8(text.replacing(from, with: to, maxReplacements: 1)))
    }
  }

  @Test func refusesWhatIsCutOff() throws {
    let text = try Self.proof(extra: [1]).formatProof()
    for count in text.indices {
      expectRefused(.malformed) { try LogProof(parsing: Array(text.prefix(count))) }
    }
    expectRefused(.malformed) { try LogProof(parsing: text + utf8("\n")) }
  }
}
