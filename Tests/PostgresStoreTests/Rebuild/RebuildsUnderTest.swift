import Postgres
import PostgresStore
import StemmaCrypto
import Store

/// A new, empty store of rebuilds on PostgreSQL, as its port shows it, and a clock that tests move.
struct RebuildsUnderTest {
  let storage: any RebuildStorage
  let pool: PostgresPool
  let namespace = Namespace("main") ?? { preconditionFailure("a namespace") }()

  init(connections: Int = 4) async throws {
    pool = PostgresPool(
      conninfo: try await TestCluster.newDatabase(), workers: connections, maximumWaiters: 256,
      label: "rebuilds")
    storage = PostgresRebuilds(pool: pool)
  }

  static func id(_ number: UInt8) -> WorkID {
    WorkID(random: Array(repeating: number, count: 16))
  }

  static func view(_ number: Int32) -> Digest { SHA256.digest(of: Array("view \(number)".utf8)) }

  static func time(_ seconds: Int64) -> Timestamp {
    Timestamp(microseconds: 1_700_000_000_000_000 + seconds * 1_000_000)
  }

  /// Item `number` waits for `after[number]`.
  @discardableResult
  func make(
    _ number: UInt8 = 1, after: [[Int32]], priority: Int32 = 0, deviceClass: String? = nil,
    executor: String = "score"
  ) async throws -> WorkID {
    let id = Self.id(number)
    let items = after.indices.map { place in
      RebuildItem(
        id: WorkID(deriving: "item \(place)", from: id), number: Int32(place),
        view: Self.view(Int32(place)), goal: .successor, deviceClass: deviceClass,
        executor: executor, after: after[place],
        expected: place == 0 ? .init(deviceClass: "cpu", milliseconds: 1500) : nil,
        state: after[place].isEmpty ? .ready : .waiting)
    }
    try await storage.create(
      Rebuild(
        id: id, what: "stale", priority: priority, at: 7, createdBy: "tests",
        createdAt: Self.time(0)), items, in: namespace)
    return id
  }

  func lease(
    _ count: Int = 1, at seconds: Int64 = 0, deviceClass: String = "cpu",
    executors: [String] = ["score"], rebuild: WorkID? = nil
  ) async throws -> [LeasedItem] {
    try await storage.lease(
      LeaseRequest(
        worker: "tests", deviceClass: deviceClass, executors: executors, rebuild: rebuild,
        leases: (0..<count).map { _ in WorkID(random: randomBytes(16)) }, seconds: 60,
        now: Self.time(seconds)), in: namespace)
  }

  func states(of rebuild: WorkID) async throws -> [RebuildItem.State] {
    try await storage.items(of: rebuild, state: nil, after: -1, limit: 1000, in: namespace)
      .items.map(\.state)
  }
}
