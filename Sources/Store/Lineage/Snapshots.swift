/// The state of the store that a question is about.
package enum SnapshotPoint: Hashable, Sendable {
  /// Records up to this index exist.
  case index(Int64)
  /// Records that were committed no later exist.
  case time(Timestamp)
}

extension SnapshotPoint: CustomStringConvertible {
  package var description: String {
    switch self {
    case .index(let index): String(index)
    case .time(let time): time.description
    }
  }

  /// Reads an index or `YYYY-MM-DDThh:mm:ss.ffffffZ`; nil for everything else.
  package init?(parsing text: some StringProtocol) {
    if let index = Int64(text), index >= 0, String(index) == text {
      self = .index(index)
    } else if let time = Timestamp(parsing: text) {
      self = .time(time)
    } else {
      return nil
    }
  }
}

/// Which records exist for a question: never more than readers may see.
package struct Snapshots: Sendable {
  private let lookup: any RecordLookup
  private let published: @Sendable () async throws(StoreError) -> Int64

  /// - Parameter published: the published size, asked now: whatever any server has acknowledged is below it.
  package init(
    lookup: any RecordLookup, published: @escaping @Sendable () async throws(StoreError) -> Int64
  ) {
    self.lookup = lookup
    self.published = published
  }

  /// Indices below it exist at `point`; nil: now. A time in the future is now.
  ///
  /// - Throws: `notReached` for an index that is not published: nobody can say what will stand there.
  package func size(at point: SnapshotPoint?) async throws(StoreError) -> Int64 {
    let newest = try await published()
    switch point {
    case nil: return newest
    case .index(let index):
      guard index < newest else {
        let known = newest > 0 ? "the newest index is \(newest - 1)" : "nothing is committed yet"
        throw StoreError(.notReached, "at \(index) is not reached: \(known)")
      }
      return index + 1
    case .time(let time): return min(try await lookup.size(at: time), newest)
    }
  }
}
