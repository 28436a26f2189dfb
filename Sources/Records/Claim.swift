package import StemmaCrypto

/// Something that may be said once in a namespace (FORMAT.md section 5).
package enum Claim: Hashable, Sendable {
  /// ASCII, so that comparing it as text compares bytes; so is `sample`.
  case executionID(String)
  case rank(execution: Digest, rank: Int64, attempt: Int64)
  case sample(execution: Digest, view: Digest, sample: String)

  /// The reason that a conflict gives.
  package var reason: String {
    switch self {
    case .executionID: "execution_id_taken"
    case .rank: "rank_taken"
    case .sample: "sample_taken"
    }
  }

  /// Bytes that no other claim has: a tag that ends in 0, fields of fixed length, and last at most
  /// one text.
  package func claimBytes() -> [UInt8] {
    var bytes: [UInt8] = []
    switch self {
    case .executionID(let id):
      bytes += "stemma/claim/execution\0".utf8
      bytes += id.utf8
    case .rank(let execution, let rank, let attempt):
      bytes += "stemma/claim/rank\0".utf8
      execution.append(bytesTo: &bytes)
      bytes.append(bigEndian: rank)
      bytes.append(bigEndian: attempt)
    case .sample(let execution, let view, let sample):
      bytes += "stemma/claim/sample\0".utf8
      execution.append(bytesTo: &bytes)
      view.append(bytesTo: &bytes)
      bytes += sample.utf8
    }
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian number: Int64) {
    for shift in stride(from: 56, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}
