import AsyncHTTPClient
import EmbeddedPostgres
import Glibc
import HTTPAPI
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Postgres
import PostgresStore
import ServiceLifecycle
import Signer
import StemmaCrypto
import Store
import UnixSignals

/// One run of the service: database, migrations, checks, first key, HTTP, and the way back down.
struct ServiceRun {
  let directory: DataDirectory
  let database: String?
  let address: ListenAddress
  let allowsUnsafe: Bool
  let signer: LogStart.Place
  let witnesses: WitnessSettings?
  let imports: [Namespace: [Namespace]]
  /// What the lineage index may take; nil: there is none.
  let indexBytes: Int?

  private var logger: Logger {
    var logger = Logger(label: "stemma") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = Environment.value("LOG_LEVEL").flatMap { Logger.Level(rawValue: $0) } ?? .info
    return logger
  }

  func run() async throws(EmbeddedError) {
    signal(SIGPIPE, SIG_IGN)
    let embedded = database == nil ? try EmbeddedPostgres(in: directory) : nil
    try embedded?.start()
    let conninfo = database ?? embedded?.conninfo ?? ""
    do {
      try await prepareDatabase(conninfo)
      try await serve(conninfo, embedded)
    } catch {
      embedded?.stop()
      throw error as? EmbeddedError ?? EmbeddedError("\(error)")
    }
    embedded?.stop()
  }

  /// Migrations, and the settings that an acknowledgement rests on.
  private func prepareDatabase(_ conninfo: String) async throws {
    let worker = PostgresWorker(conninfo: conninfo, label: "stemma-start")
    try await DatabaseStart.wait(for: worker, upTo: .seconds(60))
    // A migration can write every record anew.
    let deadline = Deadline.in(.seconds(86_400))
    let (applied, faults) = try await worker.run(deadline: deadline) {
      (connection, _) throws(PostgresError) in
      return (
        try Migrations.apply(to: &connection, deadline: deadline),
        try ServerSettings.faults(of: &connection, deadline: deadline)
      )
    }
    await worker.close()
    if !applied.isEmpty { logger.info("migrated", metadata: ["applied": "\(applied)"]) }
    guard !faults.isEmpty else { return }
    let list = faults.joined(separator: ", ")
    guard allowsUnsafe else {
      throw EmbeddedError(
        "this PostgreSQL can lose acknowledged commits: \(list). Change it, or start with --unsafe")
    }
    logger.warning("acknowledged commits can be lost", metadata: ["settings": "\(list)"])
  }

  private func serve(_ conninfo: String, _ embedded: EmbeddedPostgres?) async throws {
    let pool = PostgresPool(
      conninfo: conninfo, workers: 6, maximumWaiters: 2048, label: "stemma-reader")
    let uploads = PostgresPool(
      conninfo: conninfo, workers: 4, maximumWaiters: 64, label: "stemma-upload")
    let ledger = PostgresLedger(conninfo: conninfo)
    let lineage = LineageStart(
      conninfo: conninfo, indexBytes: indexBytes, logger: logger)
    let start = LogStart(directory: directory, place: signer, logger: logger)
    let signer = try await start.signer(for: PostgresLogIdentity(pool: pool))
    let client = HTTPWitness.makeClient()
    let result: Result<Void, any Error>
    do {
      let witnessed = try witnesses.map { witnesses in
        try witnesses.signer(
          around: signer, reader: PostgresLogReader(pool: pool), client: client, logger)
      }
      let committer = GroupCommitter(
        ledger: ledger, signer: witnessed ?? signer, now: WallClock.now,
        random: { randomBytes($0) })
      try await start.recover(committer)
      result = .success(
        try await serve(
          committer, signer, witnessed, lineage, pool: pool, uploads: uploads, embedded))
    } catch {
      result = .failure(error)
    }
    // A client that fails to shut down has nothing left that could be done about it.
    try? await client.shutdown()
    await signer.close()
    await ledger.close()
    await lineage.close()
    await uploads.close()
    await pool.close()
    try result.get()
    logger.info("stopped")
  }

  /// Answers requests until a signal, and then those that are under way.
  private func serve(
    _ committer: GroupCommitter, _ signer: any HeadSigner, _ witnesses: WitnessedSigner?,
    _ lineage: LineageStart, pool: PostgresPool, uploads: PostgresPool,
    _ embedded: EmbeddedPostgres?
  ) async throws {
    let keys = PostgresKeyRegistry(pool: pool)
    try await FirstKey.makeIfNeeded(in: directory, keys, logger)
    let health = Health()
    let log = PublishedLog(reader: PostgresLogReader(pool: pool), key: signer.verifierKey)
    let walks = lineage.start(pool: pool, log: log, imports: imports)
    let records = PostgresRecordReader(pool: pool)
    let services = APIServices(
      committer: committer, records: records,
      content: PostgresContentStorage(pool: pool, uploads: uploads),
      log: log,
      lineage: walks.service,
      rebuilds: RebuildService(
        storage: PostgresRebuilds(pool: pool), lineage: walks.service, records: records,
        random: { randomBytes($0) }),
      lineageStanding: walks.standing,
      edgeProgress: walks.edges,
      authenticator: Authenticator(registry: keys), health: health, witnesses: witnesses,
      imports: imports, now: WallClock.now)
    let (directory, address, logger) = (directory, address, logger)
    let channel = HTTP1Channel.Configuration(
      idleTimeout: .seconds(60),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))
    let application = Application(
      responder: makeResponder(services),
      server: HTTPServerBuilder { responder in
        EventLoopChannel(base: HTTP1Channel(responder: responder, configuration: channel))
      },
      configuration: .init(
        address: .hostname(address.host, port: address.port), serverName: "stemma"),
      onServerRunning: { channel in
        let url = "http://\(address.urlHost):\(channel.localAddress?.port ?? address.port)"
        try? directory.write(url + "\n", to: directory.listenPath, mode: 0o644)
        health.set(.ready)
        logger.info("listening on \(url)")
      },
      eventLoopGroupProvider: .shared(
        MultiThreadedEventLoopGroup(numberOfThreads: max(2, System.coreCount))),
      logger: logger)
    var running: [any Service] = [application] + walks.services
    if let embedded { running.append(PostgresSupervisor(embedded: embedded, logger: logger)) }
    if let witnesses { running.append(WitnessRetry(witnesses: witnesses, committer: committer)) }
    if let own = signer as? FileSigner { running.append(SignerWatch(signer: own)) }
    let group = ServiceGroup(
      configuration: .init(
        services: running + [DrainNotice(health: health)],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    try await group.run()
    await committer.drain()
  }
}

/// The system's clock, for the store's `now`.
enum WallClock {
  @Sendable static func now() -> Timestamp {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }
}

/// Says `draining` on `/readyz` from the first signal on.
struct DrainNotice: Service {
  let health: Health

  func run() async throws {
    try await gracefulShutdown()
    health.set(.draining)
  }
}
