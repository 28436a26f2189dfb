import Records
import Testing

@Suite struct KindTests {
  /// The numbers are in databases.
  @Test func numbersAndNamesNeverChange() {
    let numbered = Kind.allCases.map { "\($0.rawValue) \($0.name)" }
    #expect(
      numbered == [
        "1 input", "2 model", "3 context", "4 view", "5 recipe", "6 resolution", "7 device",
        "8 execution", "9 rank", "10 ended", "11 attestation", "12 output", "13 verdict",
        "14 name", "15 retraction", "16 succession", "17 label", "18 approval", "19 erasure",
        "20 note",
      ])
  }

  /// They have shapes, so that what the service writes can be read everywhere; only who commits them is
  /// restricted.
  @Test func theServiceAloneWritesTwoKinds() throws {
    #expect(Kind.allCases.filter(\.isReservedForService) == [.attestation, .erasure])
    let erasure = try draft(
      #"{"kind":"erasure","v":1,"subject":"\#(digest("i"))","what":"body","reason":"asked for"}"#)
    #expect(erasure.kind.isReservedForService)
  }

  @Test func setsOfKinds() {
    let set = KindSet(.input, .note)
    #expect(Kind.allCases.filter(set.contains) == [.input, .note])
    #expect(Kind.allCases.allSatisfy(KindSet.any.contains))
    #expect(!Kind.allCases.contains(where: KindSet().contains))
  }
}
