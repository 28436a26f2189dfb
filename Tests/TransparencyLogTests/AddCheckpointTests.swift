import StemmaCrypto
import Testing
import TransparencyLog

@Suite struct AddCheckpointTests {
  // The example of tlog-witness.
  static let text = """
    old 20852014
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
    jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
    5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
    /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

    example.com/behind-the-sofa
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
    — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=

    """

  @Test func readsAndWritesTheExample() throws {
    let request = try AddCheckpointRequest(parsing: utf8(Self.text))
    #expect(request.oldSize == 20_852_014)
    #expect(request.proof.count == 4)
    #expect(try Checkpoint(parsing: request.checkpoint.text).size == 20_852_163)
    #expect(request.checkpoint.signatures.count == 2)
    #expect(request.formatRequest() == utf8(Self.text))
    #expect(
      AddCheckpointRequest(
        oldSize: request.oldSize, proof: request.proof, checkpoint: request.checkpoint) == request)
  }

  @Test func theFirstRequestHasNoProof() throws {
    let note = try AddCheckpointRequest(parsing: utf8(Self.text)).checkpoint
    let request = AddCheckpointRequest(oldSize: 0, proof: [], checkpoint: note)
    #expect(request.formatRequest().starts(with: utf8("old 0\n\nexample.com/")))
    #expect(try AddCheckpointRequest(parsing: request.formatRequest()) == request)
  }

  static let hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"

  @Test(arguments: [
    ("old 20852014\n", ""), ("old 20852014", "old 020852014"), ("old 20852014", "old -1"),
    ("old 20852014", "old"), ("old 20852014", "old "), ("old 20852014", "Old 1"),
    ("old 20852014", "old 9223372036854775808"), ("old 20852014\n", "old 20852014\r\n"),
    ("old 20852014\n", "\nold 20852014\n"), ("old ", "old  "), ("kaw=", "kax="), ("kaw=", "kaw"),
    ("kaw=\n", "kaw= \n"), ("Kj/0=\n\n", "Kj/0=\n"), (hash, String(repeating: hash, count: 61)),
    (hash, "\n" + hash),
  ])
  func refusesMutants(from: String, to: String) {
    #expect(Self.text.contains(from))
    expectRefused(.malformed) {
      try AddCheckpointRequest(
        parsing: utf8(Self.text.replacing(from, with: to, maxReplacements: 1)))
    }
  }

  @Test func takesUpTo63Hashes() throws {
    let text = Self.text.replacing(Self.hash, with: String(repeating: Self.hash, count: 60))
    #expect(try AddCheckpointRequest(parsing: utf8(text)).proof.count == 63)
  }

  @Test func refusesWhatIsCutOff() {
    let text = utf8(Self.text)
    // Cut after the first signature it is still a request.
    let last = text.dropLast().lastIndex(of: UInt8(ascii: "\n"))
    let whole = last.map { $0 + 1 }
    #expect(throws: Never.self) {
      try AddCheckpointRequest(parsing: Array(text.prefix(whole ?? 0)))
    }
    for count in text.indices where count != whole {
      expectRefused(.malformed) { try AddCheckpointRequest(parsing: Array(text.prefix(count))) }
    }
  }
}
