import Records
import Testing

@Suite struct ReferenceMemberTests {
  @Test func findsTheMemberThatAPointerLeadsInto() {
    #expect(ReferenceMember(of: .view, pointer: "/inputs/3/ref") == .viewInputs)
    #expect(ReferenceMember(of: .view, pointer: "/model") == .viewModel)
    #expect(ReferenceMember(of: .output, pointer: "/devices/0") == .outputDevices)
    #expect(ReferenceMember(of: .rank, pointer: "/devices/12/device") == .rankDevices)
    #expect(ReferenceMember(of: .view, pointer: "/output") == nil)
    #expect(ReferenceMember(of: .note, pointer: "/model") == nil)
    #expect(ReferenceMember(of: .view, pointer: "") == nil)
  }

  /// The store numbers every reference that it takes.
  @Test(arguments: Example.all.filter(\.isGood))
  func everyReferenceHasItsNumber(_ example: Example) throws {
    let record = try example.judge()
    for reference in record.references {
      let member = try #require(ReferenceMember(of: record.kind, pointer: reference.member))
      #expect(member.kind == record.kind)
      #expect(member.isDerivation == reference.isDerivation)
    }
  }

  @Test func nothingIsSharedOrLost() {
    for member in ReferenceMember.allCases {
      #expect(ReferenceMember(of: member.kind, pointer: "/\(member.name)") == member)
      #expect(MemberSet([member]).members == [member])
    }
    #expect(MemberSet.derivations.members.map(\.rawValue) == Array(1...8))
  }
}
