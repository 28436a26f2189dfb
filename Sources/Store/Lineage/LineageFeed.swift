package import Records

/// The references of all records in the order of the log: what an index in memory is built from.
///
/// Consistency: records never change in what this gives, so blocks that were read at different times fit
/// together. Nothing is retried here. Throws `.unavailable`; `.corrupt` where a record below `size` is missing or
/// cannot be read.
package protocol LineageFeed: Sendable {
  /// The records from `index` on, below `size` (which must be published): at most `limit` of them, fewer where
  /// they have very many references, but always one.
  func block(
    from index: Int64, below size: Int64, limit: Int
  ) async throws(StoreError) -> EdgeBlock
}

/// Consecutive records and their references, in flat arrays: a store has tens of millions of them.
package struct EdgeBlock: Sendable {
  package let firstIndex: Int64

  // One element a record.
  package private(set) var kinds: [Kind] = []
  /// Position in `namespaceNames`.
  package private(set) var namespaces: [Int32] = []
  /// How many of the references are the record's.
  package private(set) var counts: [Int32] = []

  // One element a reference, in the order of the records and of each record's canonical bytes.
  package private(set) var targets: [Int64] = []
  package private(set) var members: [ReferenceMember] = []
  /// Position in `roleNames`; -1 where the reference has no role.
  package private(set) var roles: [Int32] = []

  /// Those that occur in the block, each once.
  package private(set) var namespaceNames: [String] = []
  package private(set) var roleNames: [String] = []

  private var namespacePositions: [String: Int32] = [:]
  private var rolePositions: [String: Int32] = [:]

  package init(firstIndex: Int64) { self.firstIndex = firstIndex }

  /// The index after the last record.
  package var endIndex: Int64 { firstIndex + Int64(kinds.count) }

  /// Adds the record with `endIndex`; its references follow, each with `append(target:…)`.
  package mutating func append(kind: Kind, namespace: String) {
    kinds.append(kind)
    namespaces.append(Self.position(of: namespace, in: &namespaceNames, &namespacePositions))
    counts.append(0)
  }

  /// Adds a reference of the last record.
  package mutating func append(target: Int64, member: ReferenceMember, role: String?) {
    targets.append(target)
    members.append(member)
    roles.append(role.map { Self.position(of: $0, in: &roleNames, &rolePositions) } ?? -1)
    counts[counts.count - 1] += 1
  }

  private static func position(
    of name: String, in names: inout [String], _ positions: inout [String: Int32]
  ) -> Int32 {
    if let known = positions[name] { return known }
    let position = Int32(names.count)
    names.append(name)
    positions[name] = position
    return position
  }
}
