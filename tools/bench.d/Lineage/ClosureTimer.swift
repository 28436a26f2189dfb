import Glibc
import Lineage
import LineageIndex
import Postgres
import PostgresStore
import Store

/// Asks one question in many ways and takes the time of each. Every way must find what the plain walk found.
struct ClosureTimer: ~Copyable {
  /// Who answers, and where.
  enum Way: String, CaseIterable {
    /// A client of the whole service: HTTP, decoration of the nodes, JSON.
    case indexOverREST = "index, over REST"
    case sqlOverREST = "sql, over REST"
    /// The engine alone, as the service calls it; it finds the records and lists no edges, like the query below.
    case index = "index"
    case indexWithEdges = "index, edges listed"
    case sql = "sql"
    /// The best of the rivals, from libpq to rows in memory.
    case union = "recursive CTE, UNION"
    /// Arrays without a server: nothing can be faster, and nothing else is as bare.
    case plain = "plain arrays"
  }

  private let store: PipelineStore
  private let engines: OwnEngines
  private let patience: Int
  private var plain: PlainLineage
  private var indexClient: EngineClient
  private var sqlClient: EngineClient
  private var database: PostgresConnection

  init(_ store: PipelineStore, engines: OwnEngines, patience: Int) throws {
    let indexClient = try EngineClient(store.site.index, key: store.site.index.key)
    let sqlClient = try EngineClient(store.site.sql, key: store.site.index.key)
    var database = try store.site.connect()
    // In the rivals' favour: room for their sets of nodes, and no compilation of plans.
    try database.run(
      """
      set statement_timeout = '\(patience)s'; set temp_file_limit = '16GB';
      set work_mem = '256MB'; set jit = off
      """, deadline: .in(.seconds(10)))
    self.store = store
    self.engines = engines
    self.patience = patience
    plain = PlainLineage(store.graph)
    self.indexClient = indexClient
    self.sqlClient = sqlClient
    self.database = database
  }

  /// New connections: a server closes those on which nothing was asked for as long as a rival may take.
  mutating func connectAgain() throws {
    indexClient = try EngineClient(store.site.index, key: store.site.index.key)
    sqlClient = try EngineClient(store.site.sql, key: store.site.index.key)
  }

  mutating func roots(near size: Int, count: Int, seed: UInt64) throws -> [ClosureRoot] {
    try plain.roots(near: size, count: count, seed: seed)
  }

  /// Milliseconds that an answer took. The clock's depend on who else uses the machine; those of the processors
  /// hardly do.
  struct Cost {
    let wall: Double
    /// Of the server and PostgreSQL; of this process where it alone is the engine.
    let cpu: Double
  }

  /// - Throws: where what is found is not what is there.
  mutating func cost(_ way: Way, _ root: ClosureRoot) async throws -> Cost {
    let before = processors(way)
    let start = seconds(CLOCK_MONOTONIC)
    let found = try await find(way, root)
    let end = seconds(CLOCK_MONOTONIC)
    let used = processors(way) - before
    guard found == root.size else {
      throw BenchError("\(way.rawValue): \(found) records above \(root.node), not \(root.size)")
    }
    return Cost(wall: (end - start) * 1e3, cpu: used * 1e3)
  }

  /// Seconds so far. Only of those who have a part in that way: to look at them takes time itself.
  private func processors(_ way: Way) -> Double {
    let site = store.site
    func postgres() -> Double { ProcessUsage.threadCPU(ofPostmaster: site.index.postmaster) }
    return switch way {
    case .indexOverREST: ProcessUsage.threadCPU(of: site.index.server) + postgres()
    case .sqlOverREST: ProcessUsage.threadCPU(of: site.sql.server) + postgres()
    case .index, .indexWithEdges, .plain: seconds(CLOCK_PROCESS_CPUTIME_ID)
    // Without the client: what this process takes is mostly the asking of /proc.
    case .sql, .union: ProcessUsage.threadCPU(ofPostmaster: site.index.postmaster)
    }
  }

  private mutating func find(_ way: Way, _ root: ClosureRoot) async throws -> Int {
    switch way {
    case .indexOverREST:
      try indexClient.closure(of: store.digest(root.node), streamed: root.size > 5000)
    case .sqlOverREST:
      try sqlClient.closure(of: store.digest(root.node), streamed: root.size > 5000)
    case .index: await engines.index.walk(query(root, edges: 0)).nodes.count
    case .indexWithEdges:
      await engines.index.walk(query(root, edges: .max)).nodes.count
    case .sql: try await engines.sql.walk(query(root, edges: 0)).nodes.count
    case .union:
      try database.execute(Rival.union.statement, Self.only(root), deadline: deadline).count
    case .plain: plain.closure(of: root.node, .up, at: store.graph.count - 1)
    }
  }

  private func query(_ root: ClosureRoot, edges: Int) -> LineageQuery {
    var query = LineageQuery(
      start: [Int64(root.node)], direction: .up, size: Int64(store.graph.count),
      namespaces: [LineageSite.namespace])
    query.limits.nodes = .max
    query.limits.edges = edges
    return query
  }

  /// Once: most of the rivals never end.
  /// - Returns: nil where PostgreSQL gave up after `patience`.
  mutating func rival(_ rival: Rival, _ root: ClosureRoot) throws -> Double? {
    let start = seconds(CLOCK_MONOTONIC)
    do throws(PostgresError) {
      _ = try database.execute(rival.statement, Self.only(root), deadline: deadline)
    } catch {
      // 57014 query_canceled: the time-out. 53400 configuration_limit_exceeded: the disk was full of paths before.
      guard error.code == .sqlState("57014") || error.code == .sqlState("53400") else {
        throw error
      }
      return nil
    }
    return (seconds(CLOCK_MONOTONIC) - start) * 1e3
  }

  private static func only(_ root: ClosureRoot) -> Parameters {
    var parameters = Parameters()
    parameters.append(Int64(root.node))
    return parameters
  }

  private var deadline: Deadline { .in(.seconds(patience + 30)) }
}
