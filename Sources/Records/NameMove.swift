import Canonical
package import StemmaCrypto

/// A `name` record, read.
package struct NameMove: Sendable, Hashable {
  package let name: String
  package let target: Digest
  package let reason: String?
  package let basis: [Digest]
  package let previous: Digest?

  /// Reads the canonical bytes of a stored `name` record.
  ///
  /// - Throws: when they are not those of a valid `name` record.
  package init(canonical: [UInt8]) throws(RecordErrors) {
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONDocument(parsing: canonical).root
    } catch {
      throw RecordErrors(pointer: "", error.message)
    }
    let draft = try RecordDraft(checking: root)
    guard draft.kind == .name, let name = root["name"]?.text, let target = root["target"]?.digest
    else { throw RecordErrors(pointer: "/kind", "not a name record") }
    self.name = name
    self.target = target
    reason = root["reason"]?.text
    basis = root["basis"]?.elements.compactMap(\.digest) ?? []
    previous = root["previous"]?.digest
  }

  /// Whether `utf8` is a movable name (FORMAT.md section 2).
  package static func isName(_ utf8: [UInt8]) -> Bool { TextRule.name.accepts(utf8.span) }
}
