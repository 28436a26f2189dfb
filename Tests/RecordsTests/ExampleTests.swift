import Records
import StemmaCrypto
import Testing

/// The same files that `tools/check-schemas` judges with a JSON Schema validator.
@Suite struct ExampleTests {
  @Test(arguments: Example.all)
  func isJudgedAsItsNameSays(_ example: Example) throws {
    guard example.isGood else {
      #expect(throws: (any Error).self) { try example.judge() }
      return
    }
    let record = try example.judge()
    #expect(record.kind.name == example.folder)
  }

  @Test func everyKindHasExamples() {
    for kind in Kind.allCases {
      let own = Example.all.filter { $0.folder == kind.name }
      #expect(own.count(where: \.isGood) >= 2, "\(kind)")
      #expect(own.count { $0.file.hasPrefix("bad-") } >= 4, "\(kind)")
      #expect(own.allSatisfy { $0.isGood || $0.file.hasPrefix("bad-") }, "\(kind)")
    }
    let beyond = Example.all.filter { $0.folder == "beyond-schema" }
    #expect(beyond.count >= 50)
    #expect(Set(Example.all.map(\.folder)).count == Kind.allCases.count + 1)
  }

  @Test func goodExamplesHaveTheDigestsThatOthersComputed() throws {
    let good = Example.all.filter(\.isGood)
    #expect(!good.isEmpty)
    #expect(good.map(\.path) == Example.digests.map(\.path))
    for (example, expected) in zip(good, Example.digests) {
      #expect(try example.judge().digest.description == expected.digest, "\(example.path)")
    }
  }

  /// What is stored must be readable again, and be its own canonical form.
  @Test func canonicalBytesAreStable() throws {
    for example in Example.all where example.isGood {
      let record = try example.judge()
      let again = try Example(folder: "", file: "", bytes: record.canonical).judge()
      #expect(again.canonical == record.canonical)
      #expect(again.digest == record.digest)
      #expect(again.references == record.references)
      #expect(again.claims == record.claims)
      #expect(again.event == record.event)
    }
  }

  /// A record must not change when members of it are written in another order.
  @Test func orderOfMembersDoesNotMatter() throws {
    for example in Example.all where example.isGood {
      let record = try example.judge()
      let turned = Example(
        folder: "", file: "", bytes: Array(try reversingMembers(of: record.canonical).utf8))
      let again = try turned.judge()
      #expect(again.digest == record.digest, "\(example.path)")
      #expect(again.references == record.references, "\(example.path)")
    }
  }
}
