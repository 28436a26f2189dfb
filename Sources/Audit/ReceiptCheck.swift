package import Records
internal import StemmaCrypto
package import TransparencyLog

/// Checks a receipt without asking anybody (FORMAT.md section 9).
package struct ReceiptCheck: Sendable {
  /// What was proven: the log's entry `index` says this.
  package let statement: EntryStatement
  package let index: Int64
  package let checkpoint: Checkpoint

  /// Why a receipt proves nothing.
  package struct Refusal: Error, Sendable {
    package let message: String
  }

  /// Checks that the receipt's statement is in the log whose key this is and, where a record is given,
  /// that it is the one that the statement names.
  ///
  /// - Parameter record: its canonical bytes.
  package init(
    _ receipt: [UInt8], key: VerifierKey, record: [UInt8]? = nil
  ) throws(Refusal) {
    do throws(LogError) {
      let proof = try LogProof(parsing: receipt)
      guard let extra = proof.extra, extra.count > EntryStatement.nonceByteCount else {
        throw LogError(code: .malformed, message: "the receipt has no statement")
      }
      checkpoint = try proof.check(entry: SHA256.digest(of: extra).bytes, key: key)
      index = proof.index
      statement = try Self.statement(in: extra)
    } catch {
      throw Refusal(message: error.message)
    }
    for reference in statement.references where reference.target >= index {
      throw Refusal(
        message: "\(reference.member) refers to \(reference.target), which is not before it")
    }
    guard let record else { return }
    let digest = SHA256.digest(of: record)
    guard digest == statement.digest else {
      throw Refusal(message: "the receipt is of \(statement.digest), the record is \(digest)")
    }
  }

  private static func statement(in extra: [UInt8]) throws(LogError) -> EntryStatement {
    do throws(RecordErrors) {
      return try EntryStatement(parsing: Array(extra.dropFirst(EntryStatement.nonceByteCount)))
    } catch {
      throw LogError(code: .malformed, message: "its statement cannot be read: \(error.text)")
    }
  }
}
