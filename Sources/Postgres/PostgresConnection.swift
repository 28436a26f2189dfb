internal import CLibPQ
internal import Glibc

/// One connection, used by one thread at a time. Every call is bound to a deadline; a call that misses
/// it closes the connection, since what the server is doing is then unknown.
@safe package struct PostgresConnection: ~Copyable {
  private let connection: OpaquePointer
  private let notices = NoticeBox()
  private var prepared: Set<String> = []
  package private(set) var isUsable = true

  /// Connects to a URL or conninfo string; several hosts and `target_session_attrs` as libpq has
  /// them.
  /// - Throws: `.connectionLost` with libpq's reason, `.deadlineExceeded`.
  package init(to conninfo: String, deadline: Deadline) throws(PostgresError) {
    unsafe connection = try Self.open(conninfo, deadline)
    unsafe notices.install(on: connection)
  }

  deinit { unsafe PQfinish(connection) }

  private static func open(
    _ conninfo: String, _ deadline: Deadline
  ) throws(PostgresError) -> OpaquePointer {
    guard let opening = unsafe start(conninfo) else {
      throw PostgresError(.connectionLost, "out of memory")
    }
    do throws(PostgresError) {
      unsafe try finish(opening, deadline)
    } catch {
      unsafe PQfinish(opening)
      throw error
    }
    unsafe PQsetnonblocking(opening, 1)
    return unsafe opening
  }

  private static func finish(
    _ opening: OpaquePointer, _ deadline: Deadline
  ) throws(PostgresError) {
    guard unsafe PQstatus(opening) != CONNECTION_BAD else {
      throw unsafe PostgresError(.connectionLost, message(of: opening))
    }
    var wanted = Int16(POLLOUT)
    while true {
      try wait(unsafe PQsocket(opening), for: wanted, deadline)
      switch unsafe PQconnectPoll(opening) {
      case PGRES_POLLING_OK: return
      case PGRES_POLLING_READING: wanted = Int16(POLLIN)
      case PGRES_POLLING_WRITING: wanted = Int16(POLLOUT)
      default: throw unsafe PostgresError(.connectionLost, message(of: opening))
      }
    }
  }

  private static func start(_ conninfo: String) -> OpaquePointer? {
    // Defaults come first; what the conninfo says in `dbname` overrides them.
    let settings = [
      ("application_name", "stemma"), ("connect_timeout", "10"), ("keepalives_idle", "30"),
      ("tcp_user_timeout", "30000"), ("dbname", conninfo), ("client_encoding", "UTF8"),
    ]
    var keys = unsafe settings.map { unsafe UnsafePointer(strdup($0.0)) }
    var values = unsafe settings.map { unsafe UnsafePointer(strdup($0.1)) }
    defer {
      for index in settings.indices {
        unsafe free(UnsafeMutablePointer(mutating: keys[index]))
        unsafe free(UnsafeMutablePointer(mutating: values[index]))
      }
    }
    unsafe keys.append(nil)
    unsafe values.append(nil)
    return unsafe PQconnectStartParams(&keys, &values, 1)
  }

  private static func message(of connection: OpaquePointer) -> String {
    let text = unsafe PQerrorMessage(connection).map { unsafe String(cString: $0) } ?? ""
    return String(text.prefix { $0 != "\n" })
  }

  private static func wait(
    _ socket: Int32, for events: Int16, _ deadline: Deadline
  ) throws(PostgresError) {
    var descriptor = pollfd(fd: socket, events: events, revents: 0)
    while true {
      let ready = unsafe poll(&descriptor, 1, deadline.milliseconds)
      if ready > 0 { return }
      if ready == 0 {
        throw PostgresError(.deadlineExceeded, "the database did not answer in time")
      }
      if errno != EINTR {
        throw PostgresError(.connectionLost, "poll failed: errno \(errno)")
      }
    }
  }
}

// MARK: - Statements

extension PostgresConnection {
  package typealias Step = (statement: Statement, parameters: Parameters)

  /// Runs SQL text of any number of statements: migrations, BEGIN, ROLLBACK. Rows are thrown away.
  package mutating func run(_ sql: String, deadline: Deadline) throws(PostgresError) {
    guard unsafe PQsendQuery(connection, sql) == 1 else { throw lost() }
    var failure: PostgresError?
    while let result = unsafe try nextResult(deadline) {
      if failure == nil { failure = unsafe Self.error(in: result) }
      unsafe PQclear(result)
    }
    if let failure { throw failure }
  }

  package mutating func execute(
    _ statement: Statement, _ parameters: Parameters = Parameters(), deadline: Deadline
  ) throws(PostgresError) -> Rows {
    let all = try pipeline([(statement, parameters)], deadline: deadline)
    guard let rows = all.first else { throw PostgresError(.decoding, "no result") }
    return rows
  }

  /// Runs `steps` in one round trip. Outside of a transaction block they are one transaction.
  /// - Throws: the first step's error; the ones after it were not run, and the connection is usable.
  package mutating func pipeline(
    _ steps: [Step], deadline: Deadline
  ) throws(PostgresError) -> [Rows] {
    try prepare(steps, deadline)
    return try exchange(steps, deadline: deadline)
  }

  /// Runs `steps` and then COMMIT, in one round trip.
  ///
  /// On return the transaction is committed, and no notice said that a standby which must have it may
  /// not. - Throws: `.outcomeUnknown` where that is not known; any other error means that it was
  /// definitely not committed.
  package mutating func pipelineCommitting(
    _ steps: [Step], deadline: Deadline
  ) throws(PostgresError) {
    try prepare(steps, deadline)
    _ = notices.takeAll()
    do throws(PostgresError) {
      _ = try exchange(steps + [(Self.commit, Parameters())], deadline: deadline)
    } catch {
      switch error.code {
      case .sqlState(let state) where !state.hasPrefix("57P") && !state.hasPrefix("08"):
        throw error
      default:
        // FATAL while the COMMIT may have been waiting for its standby, a cut, a deadline.
        isUsable = false
        throw PostgresError(.outcomeUnknown, error.message)
      }
    }
    let doubts = notices.takeAll().filter { $0 == "01000" || $0.hasPrefix("57") }
    guard doubts.isEmpty else {
      throw PostgresError(.outcomeUnknown, "the server warned during COMMIT: \(doubts)")
    }
  }

  static let commit = Statement("stemma_commit", [], "COMMIT")

  private mutating func prepare(
    _ steps: [Step], _ deadline: Deadline
  ) throws(PostgresError) {
    for (statement, _) in steps + [(Self.commit, Parameters())]
    where !prepared.contains(statement.name) {
      let types = statement.types.map { Oid($0.rawValue) }
      guard
        unsafe PQsendPrepare(
          connection, statement.name, statement.sql, Int32(types.count), types) == 1
      else { throw lost() }
      var failure: PostgresError?
      while let result = unsafe try nextResult(deadline) {
        if failure == nil { failure = unsafe Self.error(in: result) }
        unsafe PQclear(result)
      }
      if let failure { throw failure }
      prepared.insert(statement.name)
    }
  }

  private mutating func exchange(
    _ steps: [Step], deadline: Deadline
  ) throws(PostgresError) -> [Rows] {
    guard unsafe PQenterPipelineMode(connection) == 1 else { throw lost() }
    for (statement, parameters) in steps { try send(statement, parameters) }
    guard unsafe PQpipelineSync(connection) == 1 else { throw lost() }
    var rows: [Rows] = []
    var failure: PostgresError?
    for (statement, _) in steps {
      while let result = unsafe try nextResult(deadline) {
        if let error = unsafe Self.error(in: result, statement) {
          failure = failure ?? error
          unsafe PQclear(result)
        } else {
          // COMMIT of a failed transaction answers ROLLBACK, without an error.
          if statement.name == Self.commit.name,
            unsafe String(cString: PQcmdStatus(result)) != "COMMIT"
          {
            failure =
              failure ?? PostgresError(.sqlState("25P02"), "the transaction was rolled back")
          }
          unsafe rows.append(Rows(owning: result))
        }
      }
    }
    while let result = unsafe try nextResult(deadline) {
      let isSync = unsafe PQresultStatus(result) == PGRES_PIPELINE_SYNC
      unsafe PQclear(result)
      if isSync { break }
    }
    guard unsafe PQexitPipelineMode(connection) == 1 else { throw lost() }
    if let failure { throw failure }
    return rows
  }

  private mutating func send(
    _ statement: Statement, _ parameters: Parameters
  ) throws(PostgresError) {
    let ranges = parameters.ranges
    let sent = unsafe parameters.bytes.withUnsafeBytes { buffer in
      var values: [UnsafePointer<CChar>?] = unsafe []
      for range in ranges {
        let value = unsafe range.flatMap { range in
          // An empty value still needs an address: a null one would be NULL.
          unsafe range.isEmpty
            ? Self.emptyValue
            : buffer.baseAddress.map {
              unsafe ($0 + range.lowerBound).assumingMemoryBound(to: CChar.self)
            }
        }
        unsafe values.append(value)
      }
      let lengths = ranges.map { Int32($0?.count ?? 0) }
      let formats = [Int32](repeating: 1, count: ranges.count)
      return unsafe PQsendQueryPrepared(
        connection, statement.name, Int32(ranges.count), values, lengths, formats, 1)
    }
    guard sent == 1 else { throw lost() }
  }

  private static var emptyValue: UnsafePointer<CChar>? {
    unsafe UnsafeRawPointer(StaticString("").utf8Start).assumingMemoryBound(to: CChar.self)
  }

  /// The next result, or nil where the current statement has no more. Writes what is left to write
  /// while it waits, so that a pipeline larger than the socket buffers cannot lock up.
  private mutating func nextResult(_ deadline: Deadline) throws(PostgresError) -> OpaquePointer? {
    while true {
      let unsent = unsafe PQflush(connection)
      guard unsent >= 0 else { throw lost() }
      if unsent == 0, unsafe PQisBusy(connection) == 0 { return unsafe PQgetResult(connection) }
      do throws(PostgresError) {
        try Self.wait(
          unsafe PQsocket(connection), for: Int16(unsent == 1 ? POLLIN | POLLOUT : POLLIN),
          deadline)
      } catch {
        isUsable = false
        throw error
      }
      guard unsafe PQconsumeInput(connection) == 1 else { throw lost() }
    }
  }

  private mutating func lost() -> PostgresError {
    isUsable = false
    return unsafe PostgresError(.connectionLost, Self.message(of: connection))
  }

  private static func error(
    in result: OpaquePointer, _ statement: Statement? = nil
  ) -> PostgresError? {
    switch unsafe PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC: return nil
    default: break
    }
    func field(_ code: Character) -> String? {
      guard let byte = code.asciiValue,
        let text = unsafe PQresultErrorField(result, Int32(byte))
      else { return nil }
      return unsafe String(cString: text)
    }
    guard let state = field("C") else {
      let text = unsafe PQresultErrorMessage(result).map { unsafe String(cString: $0) } ?? ""
      return PostgresError(.connectionLost, text.isEmpty ? "the connection broke" : text)
    }
    let place = statement.map { " (in \($0.name))" } ?? ""
    return PostgresError(
      .sqlState(state), "\(state) \(field("M") ?? "")\(place)", constraint: field("n"))
  }
}

extension PostgresConnection {
  /// Whether a transaction block is open, failed ones included.
  var isInTransaction: Bool {
    let status = unsafe PQtransactionStatus(connection)
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
  }
}
