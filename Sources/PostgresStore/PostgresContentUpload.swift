import Postgres
import StemmaCrypto
import Store
import Synchronization

/// An upload: one transaction on a connection of its own, so that whatever ends it before `finish`
/// leaves nothing behind.
final class PostgresContentUpload: ContentUpload {
  private struct State {
    var pending: [UInt8] = []
    var position: Int32 = 0
    var isOver = false
  }

  private let lease: PostgresPool.Lease
  private let namespace: Namespace
  private let deadline: Duration
  private let upload: Int64
  private let state = Mutex(State())

  init(
    lease: PostgresPool.Lease, namespace: Namespace, deadline: Duration
  ) async throws(PostgresError) {
    self.lease = lease
    self.namespace = namespace
    self.deadline = deadline
    let limit = Deadline.in(deadline)
    do throws(PostgresError) {
      upload = try await lease.worker.run(deadline: limit, transaction: .opens) {
        (connection, _) throws(PostgresError) in
        let rows = try connection.pipeline(
          [(CommitSQL.begin, Parameters()), (ContentSQL.nextUpload, Parameters())],
          deadline: limit)
        return try rows[1].int64(0, 0)
      }
    } catch {
      lease.giveBack()
      throw error
    }
  }

  func write(_ bytes: [UInt8]) async throws(StoreError) {
    let chunks = state.withLock { state in
      state.pending += bytes
      return Self.takeChunks(from: &state, all: false)
    }
    try await insert(chunks)
  }

  func finish(digest: Digest, size: Int64, now: Timestamp) async throws(StoreError) -> Bool {
    if size <= Int64(SmallContent.maximumSize) {
      return try await finishSmall(digest: digest, size: size, now: now)
    }
    try await insert(state.withLock { Self.takeChunks(from: &$0, all: true) })
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append(digest.bytes)
    parameters.append(size)
    parameters.append(upload)
    parameters.append(Int32(PostgresContentStorage.chunkSize))
    parameters.append(unixMicroseconds: now.microseconds)
    return try await conclude(ContentSQL.finish, parameters)
  }

  private func finishSmall(
    digest: Digest, size: Int64, now: Timestamp
  ) async throws(StoreError) -> Bool {
    let frame = ContentFrame(packing: state.withLock { $0.pending })
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append(digest.bytes)
    parameters.append(size)
    parameters.append(frame.codec.rawValue)
    parameters.append(frame.bytes)
    parameters.append(unixMicroseconds: now.microseconds)
    return try await conclude(ContentSQL.finishSmall, parameters)
  }

  /// Writes the last row and commits; where the same content came in meanwhile, ours is rolled back.
  private func conclude(
    _ statement: Statement, _ parameters: Parameters
  ) async throws(StoreError) -> Bool {
    let limit = Deadline.in(deadline)
    var space = Parameters()
    space.append(namespace.name)
    return try await translated { [space] () async throws(PostgresError) in
      let isNew = try await lease.worker.run(deadline: limit, transaction: .continues) {
        (connection, _) throws(PostgresError) in
        // Not in one pipeline: preparing the insert locks its table already.
        _ = try connection.execute(ContentSQL.beginSpace, space, deadline: limit)
        let rows = try connection.execute(statement, parameters, deadline: limit)
        guard rows.count == 1 else {
          try connection.run("rollback", deadline: limit)
          return false
        }
        try connection.pipelineCommitting([], deadline: limit)
        return true
      }
      over()
      return isNew
    }
  }

  func abort() async {
    guard !state.withLock({ $0.isOver }) else { return }
    // A run outside of the transaction ends it, with its connection if need be.
    try? await lease.worker.run(deadline: .in(.seconds(5))) { (_, _) throws(PostgresError) in }
    over()
  }

  private func over() {
    let wasOver = state.withLock { state in
      defer { state.isOver = true }
      return state.isOver
    }
    if !wasOver { lease.giveBack() }
  }

  private static func takeChunks(from state: inout State, all: Bool) -> [(Int32, [UInt8])] {
    let size = PostgresContentStorage.chunkSize
    var chunks: [(Int32, [UInt8])] = []
    var start = 0
    while state.pending.count - start >= size || (all && start < state.pending.count) {
      let end = min(start + size, state.pending.count)
      chunks.append((state.position, Array(state.pending[start..<end])))
      state.position += 1
      start = end
    }
    if start > 0 { state.pending.removeFirst(start) }
    return chunks
  }

  private func insert(_ chunks: [(Int32, [UInt8])]) async throws(StoreError) {
    guard !chunks.isEmpty else { return }
    let steps = chunks.map { position, bytes -> PostgresConnection.Step in
      let frame = ContentFrame(packing: bytes)
      var parameters = Parameters()
      parameters.append(upload)
      parameters.append(position)
      parameters.append(frame.codec.rawValue)
      parameters.append(frame.bytes)
      return (ContentSQL.addChunk, parameters)
    }
    let limit = Deadline.in(deadline)
    try await translated { () async throws(PostgresError) in
      try await lease.worker.run(deadline: limit, transaction: .continues) {
        (connection, _) throws(PostgresError) in
        _ = try connection.pipeline(steps, deadline: limit)
      }
    }
  }
}
