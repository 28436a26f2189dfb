package import StemmaCrypto
import Synchronization

/// Look-ups that remember what records are, whoever asks. Nothing of a record ever changes but that its body may be
/// destroyed, by any server on the database: so each look-up asks first which erasure is the newest, and where there
/// is another than before, all is forgotten.
///
/// Bodies are not remembered. A record takes some 150 bytes.
package final class RememberedRecords: RecordLookup {
  fileprivate struct Memory {
    /// By index modulo their number: the record that was looked up last stays.
    var slots: [LocatedRecord?]
    /// The newest erasure when they were empty.
    var erasure: Int64?
  }

  private let lookup: any RecordLookup
  private let memory: Mutex<Memory>

  /// - Parameter capacity: records to remember at the most.
  package init(_ lookup: any RecordLookup, capacity: Int = 1 << 16) {
    self.lookup = lookup
    memory = Mutex(Memory(slots: Array(repeating: nil, count: max(1, capacity))))
  }

  package func records(
    at indices: [Int64], withBodies: Bool
  ) async throws(StoreError) -> [LocatedRecord] {
    guard !withBodies, !indices.isEmpty else {
      return try await lookup.records(at: indices, withBodies: withBodies)
    }
    let erasure = try await lookup.newestErasure()
    let known = memory.withLock { $0.recall(indices, asOf: erasure) }
    let unknown = zip(indices, known).filter { $0.1 == nil }.map(\.0)
    guard !unknown.isEmpty else { return known.compactMap(\.self) }
    let found = try await lookup.records(at: unknown, withBodies: false)
    memory.withLock { $0.keep(found, asOf: erasure) }
    var rest = found[...]
    return zip(indices, known).compactMap { index, record in
      record ?? (rest.first?.index == index ? rest.popFirst() : nil)
    }
  }

  package func newestErasure() async throws(StoreError) -> Int64? {
    try await lookup.newestErasure()
  }

  package func index(
    of digest: Digest, in namespaces: [Namespace], below size: Int64
  ) async throws(StoreError) -> Int64? {
    try await lookup.index(of: digest, in: namespaces, below: size)
  }

  package func size(at time: Timestamp) async throws(StoreError) -> Int64 {
    try await lookup.size(at: time)
  }
}

extension RememberedRecords.Memory {
  fileprivate mutating func recall(_ indices: [Int64], asOf newest: Int64?) -> [LocatedRecord?] {
    // Only forwards: a question that was asked before another one may be answered after it.
    if let newest, newest > erasure ?? -1 {
      slots = Array(repeating: nil, count: slots.count)
      erasure = newest
    }
    return indices.map { index in
      let record = slots[slot(index)]
      return record?.index == index ? record : nil
    }
  }

  /// Whoever looked up before the newest erasure may have seen what is gone.
  fileprivate mutating func keep(_ records: [LocatedRecord], asOf newest: Int64?) {
    guard newest == erasure else { return }
    for record in records { slots[slot(record.index)] = record }
  }

  private func slot(_ index: Int64) -> Int { Int(index % Int64(slots.count)) }
}
