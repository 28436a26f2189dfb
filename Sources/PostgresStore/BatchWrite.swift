import Frames
import Postgres
import Records
import StemmaCrypto
import Store
import TransparencyLog

/// What a batch writes, in one round trip: everything that the plan says, set by set.
struct BatchWrite {
  /// Ids of namespaces, those that this batch makes included.
  private(set) var ids: [Namespace: Int32]
  /// The head that this batch was planned on, and the one that it leaves.
  let headBefore: HeadRow
  private(set) var head: HeadRow
  private(set) var steps: [PostgresConnection.Step] = []

  init(_ plan: BatchPlan, ids: [Namespace: Int32], on before: HeadRow) {
    self.ids = ids
    headBefore = before
    head = before
    let fresh = Self.newNamespaces(of: plan, known: ids)
    for namespace in fresh {
      self.ids[namespace] = head.nextNamespace
      head.nextNamespace += 1
    }
    head.nextIndex += Int64(plan.records.count)
    head.lastCommittedAt = plan.committedAt
    // Also where nothing is new: the COMMIT then waits for the standby that an earlier commit of these
    // same records, whose outcome was unknown, may not have reached.
    var move = Parameters()
    move.append(Int64(plan.records.count))
    move.append(Int32(fresh.count))
    move.append(unixMicroseconds: plan.committedAt.microseconds)
    steps.append((CommitSQL.moveHead, move))
    if !fresh.isEmpty { add(namespaces: fresh) }
    if !plan.records.isEmpty { add(records: plan) }
    if !plan.log.tiles.isEmpty { add(tiles: plan.log.tiles) }
    if !plan.claims.isEmpty { add(claims: plan.claims) }
    if !plan.events.isEmpty { add(events: plan.events) }
    if !plan.content.isEmpty { add(content: plan) }
    if !plan.destructions.isEmpty { add(destructions: plan.destructions) }
  }

  private static func newNamespaces(
    of plan: BatchPlan, known: [Namespace: Int32]
  ) -> [Namespace] {
    var seen = Set<Namespace>()
    let used = plan.records.map(\.namespace) + plan.content.map(\.key.namespace)
    return used.filter { known[$0] == nil && seen.insert($0).inserted }
  }

  private func id(_ namespace: Namespace) -> Int32 { ids[namespace] ?? 0 }

  private mutating func add(namespaces: [Namespace]) {
    var parameters = Parameters()
    parameters.append(namespaces.map(id))
    parameters.append(namespaces.map(\.name))
    steps.append((CommitSQL.addNamespaces, parameters))
  }

  private mutating func add(records plan: BatchPlan) {
    let records = plan.records
    var parameters = Parameters()
    parameters.reserve(records.reduce(0) { $0 + $1.record.canonical.count + 320 })
    parameters.append(records.map(\.index))
    parameters.append(records.map { id($0.namespace) })
    parameters.append(digests: records.count) { records[$0].record.digest }
    parameters.append(records.map(\.record.kind.rawValue))
    parameters.append(records.map(\.principal))
    parameters.append(.bytea, records.count) { position, out in
      out += records[position].record.canonical
      return true
    }
    let references = records.map(ReferenceColumns.init)
    parameters.append(references.map(\.targets))
    parameters.append(references.map(\.members))
    parameters.append(references.map(\.roles))
    parameters.append(records.map(\.record.key))
    parameters.append(digests: records.count) { records[$0].record.content?.digest }
    parameters.append(digests: records.count) { records[$0].record.execution }
    parameters.append(plan.log.entries.map(\.nonce))
    parameters.append(digests: records.count) { plan.log.entries[$0].commitment }
    parameters.append(unixMicroseconds: plan.committedAt.microseconds)
    steps.append((CommitSQL.addRecords, parameters))
  }

  private mutating func add(tiles: [TileEdge.FullTile]) {
    var parameters = Parameters()
    parameters.append(tiles.map { Int16($0.tile.level) })
    parameters.append(tiles.map(\.tile.number))
    parameters.append(tiles.map { $0.hashes.flatMap(\.bytes) })
    parameters.append(tiles.map(\.root.bytes))
    steps.append((CommitSQL.addTiles, parameters))
  }

  private mutating func add(claims: [BatchPlan.NewClaim]) {
    var parameters = Parameters()
    parameters.append(claims.map { id($0.claim.namespace) })
    parameters.append(digests: claims.count) { claims[$0].claim.value }
    parameters.append(claims.map(\.index))
    steps.append((CommitSQL.addClaims, parameters))
  }

  private mutating func add(events: [BatchPlan.NewEvent]) {
    var parameters = Parameters()
    parameters.append(events.map { id($0.chain.namespace) })
    parameters.append(events.map(\.chain.value.kind.rawValue))
    parameters.append(events.map(\.chain.value.subject))
    parameters.append(events.map(\.index))
    parameters.append(events.map(\.previous))
    steps.append((CommitSQL.addEvents, parameters))
  }

  private mutating func add(content plan: BatchPlan) {
    let frames = plan.content.map { ContentFrame(packing: $0.bytes) }
    var parameters = Parameters()
    parameters.append(plan.content.map { id($0.key.namespace) })
    parameters.append(digests: plan.content.count) { plan.content[$0].key.value }
    parameters.append(plan.content.map { Int64($0.bytes.count) })
    parameters.append(frames.map(\.codec.rawValue))
    parameters.append(frames.map(\.bytes))
    parameters.append(unixMicroseconds: plan.committedAt.microseconds)
    steps.append((CommitSQL.addContent, parameters))
  }

  private mutating func add(destructions: [BatchPlan.NewDestruction]) {
    var bodies = (subjects: [Int64](), statements: [[UInt8]](), nonces: [Int16](), by: [Int64]())
    var contents = (namespaces: [Int32](), digests: [[UInt8]](), by: [Int64]())
    for destruction in destructions {
      switch destruction.target {
      case .body(let statement, _):
        bodies.subjects.append(destruction.subject)
        bodies.statements.append(statement.canonicalBytes())
        bodies.nonces.append(destruction.withNonce ? 1 : 0)
        bodies.by.append(destruction.erasure)
      case .content:
        guard let digest = destruction.content else { continue }
        contents.namespaces.append(id(destruction.namespace))
        contents.digests.append(digest.bytes)
        contents.by.append(destruction.erasure)
      }
    }
    if !bodies.subjects.isEmpty {
      var parameters = Parameters()
      parameters.append(bodies.subjects)
      parameters.append(bodies.statements)
      parameters.append(bodies.nonces)
      parameters.append(bodies.by)
      steps.append((ErasureSQL.eraseBodies, parameters))
    }
    if !contents.namespaces.isEmpty {
      var keys = Parameters()
      keys.append(contents.namespaces)
      keys.append(contents.digests)
      var marks = keys
      marks.append(contents.by)
      steps.append((ErasureSQL.lockContent, Parameters()))
      steps.append((ErasureSQL.eraseChunks, keys))
      steps.append((ErasureSQL.eraseContent, keys))
      steps.append((ErasureSQL.markContent, marks))
    }
  }
}

extension Parameters {
  /// A `bytea[]` of digests; nil is NULL.
  mutating func append(digests count: Int, _ digest: (Int) -> Digest?) {
    append(.bytea, count) { position, out in
      guard let digest = digest(position) else { return false }
      digest.append(bytesTo: &out)
      return true
    }
  }
}
