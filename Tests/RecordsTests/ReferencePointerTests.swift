import Records
import Testing

@Suite struct ReferencePointerTests {
  /// What the table says of a pointer is what the checker said of the reference there.
  @Test(arguments: Example.all.filter(\.isGood))
  func tableAgreesWithTheChecker(_ example: Example) throws {
    let record = try example.judge()
    for reference in record.references {
      #expect(record.kind.targets(ofMember: reference.member) == reference.expects)
    }
  }

  @Test(arguments: [
    "", "/", "/v", "/kind", "/inputs", "/inputs/0", "/inputs/0/role", "/inputs/00/ref",
    "/inputs/-1/ref", "/inputs/10000/ref", "/inputs/0/ref/0", "/nothing", "model", "/output/name",
  ])
  func nothingElseIsAReference(pointer: String) {
    #expect(Kind.view.targets(ofMember: pointer) == nil)
  }
}
