import Canonical
import Records
import StemmaCrypto
import Testing

/// The draft of a record that is written as JSON.
func draft(_ json: String) throws -> RecordDraft {
  try RecordDraft(checking: JSONDocument(parsing: Array(json.utf8)).root)
}

/// The record that is written as JSON.
func record(_ json: String, handles: [String: Digest] = [:]) throws -> Record {
  try draft(json).seal(handles: handles)
}

/// What is wrong with the record that is written as JSON, as `pointer: message`.
func problems(_ json: String) -> [RecordError] {
  do {
    _ = try record(json)
    return []
  } catch let errors as RecordErrors {
    return errors.errors
  } catch {
    return [RecordError(pointer: "?", message: "\(error)")]
  }
}

/// The SHA-256 of a word: a digest with a name.
func digest(_ word: String) -> Digest { SHA256.digest(of: Array(word.utf8)) }

/// JSON text with the members of every object in reverse.
func reversingMembers(of canonical: [UInt8]) throws -> String {
  func text(_ node: JSONNode) -> String {
    switch node.type {
    case .object:
      let members = node.members.map { "\(text($0.key)): \(text($0.value))" }
      return "{\(members.reversed().joined(separator: ", "))}"
    case .array: return "[\(node.elements.map(text).joined(separator: ", "))]"
    default: return String(decoding: node.canonicalBytes(), as: UTF8.self)
    }
  }
  return text(try JSONDocument(parsing: canonical).root)
}
