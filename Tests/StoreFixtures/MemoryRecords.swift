import Canonical
package import Lineage
package import Records
package import StemmaCrypto
package import Store
import Synchronization

/// Both ports of lineage in memory, over records that a test makes up.
package final class MemoryRecords: LineageEngine, RecordLookup {
  private let stored = Mutex((pool: RecordPool(), count: Int64(0)))
  /// Bodies that one look-up gives at the most.
  private let bodyBytes: Int

  package init(bodyBytes: Int = 8 << 20) { self.bodyBytes = bodyBytes }

  /// How many records there are.
  package var size: Int64 { stored.withLock { $0.count } }

  /// Adds a record, one second after the one before it.
  @discardableResult
  package func add(
    _ record: Record, in namespace: String = "main", imports: [String] = []
  ) throws -> Digest {
    try stored.withLock { state in
      let index = try state.pool.commit(
        record, namespace: namespace, imports: imports,
        committedAt: Self.time(of: state.count).description)
      state.count = max(state.count, index + 1)
    }
    return record.digest
  }

  package static func time(of index: Int64) -> Timestamp {
    Timestamp(microseconds: 1_795_520_000_000_000 + index * 1_000_000)
  }

  package func walk(_ query: LineageQuery) -> LineageAnswer {
    stored.withLock { $0.pool }.walk(query)
  }

  package func step(_ query: StepQuery) -> [LineageEdge] {
    let step = BesideWalk.Step(
      nodes: query.nodes, direction: query.direction, members: query.members)
    return stored.withLock { $0.pool }.step(
      step, size: query.size, namespaces: query.namespaces, limitEach: query.limitEach)
  }

  package func records(at indices: [Int64], withBodies: Bool) -> [LocatedRecord] {
    let pool = stored.withLock { $0.pool }
    var found: [LocatedRecord] = []
    var bytes = 0
    for node in indices.compactMap({ pool.node(at: $0, distance: nil) }) where bytes < bodyBytes {
      let body = withBodies ? node.record?.canonicalBytes() : nil
      bytes += body?.count ?? 0
      found.append(
        LocatedRecord(
          index: node.index, namespace: node.namespace, kind: node.kind, digest: node.digest,
          principal: node.principal, committedAt: Self.time(of: node.index), body: body,
          isErased: node.isErased))
    }
    return found
  }

  package func newestErasure() -> Int64? {
    let pool = stored.withLock { $0.pool }
    return (0..<size).last { pool.node(at: $0, distance: nil)?.kind == .erasure }
  }

  package func index(of digest: Digest, in namespaces: [Namespace], below size: Int64) -> Int64? {
    stored.withLock { $0.pool }.index(of: digest, in: namespaces.map(\.name))
      .flatMap { $0 < size ? $0 : nil }
  }

  package func size(at time: Timestamp) -> Int64 {
    (0..<size).reduce(0) { Self.time(of: $1) <= time ? $1 + 1 : $0 }
  }
}
