import Canonical

extension Record {
  /// Reads a stored record from its canonical bytes.
  /// - Throws: they are not a record, or not in canonical form: such bytes were never stored by us.
  package init(canonical bytes: [UInt8]) throws(RecordErrors) {
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: bytes)
    } catch {
      throw RecordErrors(pointer: "", "\(error.message) at byte \(error.offset)")
    }
    self = try RecordDraft(checking: document.root).seal(handles: [:])
    guard canonical == bytes else { throw RecordErrors(pointer: "", "not in canonical form") }
  }
}
