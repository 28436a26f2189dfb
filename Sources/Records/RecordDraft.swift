package import Canonical
package import StemmaCrypto

/// A record as a client sent it: checked in itself, its handles not yet resolved.
package struct RecordDraft: Sendable {
  package enum Target: Sendable, Hashable {
    case digest(Digest)
    /// Another record of the same commit, without the `#`.
    case handle(String)

    var isHandle: Bool {
      if case .handle = self { true } else { false }
    }
  }

  package struct DraftReference: Sendable {
    /// JSON Pointer of the member.
    package let pointer: String
    let tapeIndex: Int
    package let role: String?
    package let target: Target
    package let expects: KindSet
    package let isDerivation: Bool
  }

  /// A set that nobody could sort before its handles were known.
  struct SetWithHandle: Sendable {
    let array: JSONNode
    let keys: [StaticString]
  }

  package let kind: Kind
  /// In the order in which they stand in the canonical form.
  package let references: [DraftReference]
  let setsWithHandles: [SetWithHandle]
  let node: JSONNode

  /// Checks `node`, a record's object.
  ///
  /// - Throws: everything that is wrong, up to `RecordErrors.limit`. Kinds that only the service writes are
  ///   *not* refused here: see `Kind.isReservedForService`.
  package init(checking node: JSONNode) throws(RecordErrors) {
    guard node.type == .object else { throw RecordErrors(pointer: "", "a record is an object") }
    let name = node["kind"]
    guard let kind = Kind.allCases.first(where: { name?.isText($0.text) == true }) else {
      let known = Kind.allCases.map(\.name).joined(separator: ", ")
      throw RecordErrors(pointer: "/kind", "one of \(known) is needed")
    }
    var checker = RecordChecker()
    checker.check(node, .of(kind))
    guard checker.errors.errors.isEmpty else { throw checker.errors }
    self.node = node
    self.kind = kind
    references = checker.references
    setsWithHandles = checker.setsWithHandles
  }
}
