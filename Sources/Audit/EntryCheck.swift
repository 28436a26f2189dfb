internal import Records
internal import StemmaCrypto

/// Checks of one entry by itself: entry, statement and record against each other.
enum EntryCheck {
  /// What is wrong, each in one sentence.
  ///
  /// - Parameter entry: the bytes in the log; nil where they could not be had, which was said elsewhere.
  static func problems(of opening: Opening, entry: [UInt8]?) -> [String] {
    var problems: [String] = []
    if let commitment = opening.commitment {
      if let entry, commitment.bytes != entry {
        problems.append("nonce and statement do not make the entry")
      }
    } else if opening.erasedBy == nil {
      problems.append("the nonce is missing, and the record is not erased")
    }
    if let record = opening.record {
      problems += Self.problems(of: record, opening.statement)
    } else {
      problems += Self.problems(ofErased: opening)
    }
    for reference in opening.statement.references where reference.target >= opening.index {
      problems.append(
        "\(reference.member) refers to \(reference.target), which is not before it")
    }
    return problems
  }

  private static func problems(of record: Record, _ statement: EntryStatement) -> [String] {
    guard record.digest == statement.digest else {
      return ["the record's bytes hash to \(record.digest), the statement says \(statement.digest)"]
    }
    var problems: [String] = []
    if record.kind != statement.kind {
      problems.append("the record is of kind \(record.kind), the statement says \(statement.kind)")
    }
    let said = statement.references
    let isSame =
      record.references.count == said.count
      && zip(record.references, said).allSatisfy {
        $0.member.utf8.elementsEqual($1.member.utf8) && isEqual($0.role, $1.role)
      }
    if !isSame { problems.append("the statement's references are not those of the record") }
    return problems
  }

  /// Only the statement is left: its references can still be held against their kinds' tables.
  private static func problems(ofErased opening: Opening) -> [String] {
    let statement = opening.statement
    guard statement.kind.isBodyErasable else {
      return ["the body of a record of kind \(statement.kind) cannot be erased"]
    }
    var problems: [String] = []
    for reference in statement.references
    where statement.kind.targets(ofMember: reference.member) == nil {
      problems.append("a record of kind \(statement.kind) has no reference \(reference.member)")
    }
    if let erasure = opening.erasedBy, erasure <= opening.index {
      problems.append("it is said to be erased by \(erasure), which is not after it")
    }
    return problems
  }

  /// By their bytes: as `String`s, two spellings of one letter are equal.
  private static func isEqual(_ left: String?, _ right: String?) -> Bool {
    guard let left, let right else { return left == nil && right == nil }
    return left.utf8.elementsEqual(right.utf8)
  }
}
