package import Records
package import StemmaCrypto

/// Reads of records and names. Every answer is of committed, immutable bytes; a read sees every
/// commit that was acknowledged before it began. A page holds fewer items than `limit` where their
/// bodies reach some MB, and at least one where there is one. Where somebody altered what is read (a body
/// that does not hash to its digest, or is gone without an erasure), all of it is `.corrupt`.
package protocol RecordReader: Sendable {
  /// Nil where the namespace has no such record (or there is no such namespace: the same answer).
  func record(_ digest: Digest, in namespace: Namespace) async throws(StoreError) -> StoredRecord?

  /// Records that meet every condition of `filter`, in its order, after `filter.after`.
  func records(
    _ filter: RecordFilter, in namespace: Namespace
  ) async throws(StoreError) -> Page<StoredRecord>

  /// The newest `name` record of `name` at an index no larger than `at` (nil: now).
  func name(
    _ name: String, at: Int64?, in namespace: Namespace
  ) async throws(StoreError) -> StoredRecord?

  /// The newest record of each name that begins with `prefix`, at an index no larger than `at` (nil: now), by name
  /// bytes, after `after`.
  func names(
    prefix: String, at: Int64?, after: String?, limit: Int, in namespace: Namespace
  ) async throws(StoreError) -> Page<StoredRecord>

  /// Every move of a name, in index order, after index `after`.
  func history(
    of name: String, after: Int64, limit: Int, in namespace: Namespace
  ) async throws(StoreError) -> Page<StoredRecord>
}

package struct StoredRecord: Sendable {
  package let index: Int64
  package let kind: Kind
  package let digest: Digest
  package let principal: String
  package let committedAt: Timestamp
  /// Canonical bytes; none where they were erased.
  package let body: [UInt8]
  package let isErased: Bool
  /// The erasure record that says why there are none; nil while no checkpoint covers that.
  package let erasure: Digest?

  package init(
    index: Int64, kind: Kind, digest: Digest, principal: String, committedAt: Timestamp,
    body: [UInt8], isErased: Bool, erasure: Digest?
  ) {
    self.index = index
    self.kind = kind
    self.digest = digest
    self.principal = principal
    self.committedAt = committedAt
    self.body = body
    self.isErased = isErased
    self.erasure = erasure
  }
}

package struct Page<Item: Sendable>: Sendable {
  package let items: [Item]
  /// More may follow after the last item.
  package let hasMore: Bool

  package init(items: [Item], hasMore: Bool) {
    self.items = items
    self.hasMore = hasMore
  }
}

/// Conditions combine with *and*.
package struct RecordFilter: Sendable {
  package var kind: Kind?
  /// The caller's own id (`output.key`).
  package var key: [UInt8]?
  /// Digest of a content or manifest descriptor.
  package var content: Digest?
  /// Digest of an execution that ranks and outputs name.
  package var execution: Digest?
  package var prefix: DigestPrefix?
  /// Who committed it.
  package var principal: String?
  /// Indices that are looked at: a span of time, say.
  package var indices: Range<Int64> = 0..<Int64.max
  /// The newest first.
  package var isDescending = false
  /// In the order asked for, only what comes after this index; nil: all.
  package var after: Int64?
  package var limit = 100

  package init() {}
}

extension RecordReader {
  /// Indices of all records of a kind that a namespace has below `size`, ascending.
  func indices(
    of kind: Kind, below size: Int64, in namespace: Namespace
  ) async throws(StoreError) -> [Int64] {
    var found: [Int64] = []
    var filter = RecordFilter()
    filter.kind = kind
    filter.indices = 0..<size
    filter.limit = 1000
    var hasMore = true
    while hasMore {
      let page = try await records(filter, in: namespace)
      found += page.items.map(\.index)
      filter.after = page.items.last?.index
      hasMore = page.hasMore && filter.after != nil
    }
    return found
  }
}
