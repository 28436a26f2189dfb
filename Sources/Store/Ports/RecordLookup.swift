package import Records
package import StemmaCrypto

/// Reads of many records at once by index, for lineage. What may be seen is for the caller to say: it asks only for
/// indices that it was allowed to find, below a published size.
package protocol RecordLookup: Sendable {
  /// The records of these indices, ascending, each once; an index that is not there is left out. With bodies,
  /// reading ends after some MB: then fewer come back, the first one always.
  func records(
    at indices: [Int64], withBodies: Bool
  ) async throws(StoreError) -> [LocatedRecord]

  /// Index of the newest erasure that destroyed the body of a record, or what was left of it; nil where none did.
  func newestErasure() async throws(StoreError) -> Int64?

  /// Index of a record in the first of `namespaces` that has it below `size`; nil where none does.
  func index(
    of digest: Digest, in namespaces: [Namespace], below size: Int64
  ) async throws(StoreError) -> Int64?

  /// How many records were committed no later than `time`: the size of the snapshot of that time.
  func size(at time: Timestamp) async throws(StoreError) -> Int64
}

/// A record with where and by whom it was committed.
package struct LocatedRecord: Sendable {
  package let index: Int64
  package let namespace: String
  package let kind: Kind
  package let digest: Digest
  package let principal: String
  package let committedAt: Timestamp
  /// Canonical bytes; nil where they were not asked for or were erased.
  package let body: [UInt8]?
  package let isErased: Bool

  package init(
    index: Int64, namespace: String, kind: Kind, digest: Digest, principal: String,
    committedAt: Timestamp, body: [UInt8]?, isErased: Bool
  ) {
    self.index = index
    self.namespace = namespace
    self.kind = kind
    self.digest = digest
    self.principal = principal
    self.committedAt = committedAt
    self.body = body
    self.isErased = isErased
  }
}

/// The beginning of a digest: 4 to 64 lower-case hexadecimal digits.
package struct DigestPrefix: Sendable, Hashable {
  /// The smallest and the largest digest that begin so; 32 bytes each.
  package let lowest: [UInt8]
  package let highest: [UInt8]

  package static let shortest = 4

  /// `hex` without `sha256:`; nil where it is not such a beginning.
  package init?(hex: some StringProtocol) {
    let digits = hex.utf8.map(Self.value)
    guard (Self.shortest...64).contains(digits.count), !digits.contains(nil) else { return nil }
    func filled(with filler: UInt8) -> [UInt8] {
      let all = digits.compactMap(\.self) + Array(repeating: filler, count: 64 - digits.count)
      return stride(from: 0, to: 64, by: 2).map { all[$0] << 4 | all[$0 + 1] }
    }
    lowest = filled(with: 0)
    highest = filled(with: 15)
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
