internal import Glibc
internal import Synchronization

/// One run of an executor, from its start until nothing of it is left.
///
/// It gets the job on standard input, an environment of what its settings list, and no other descriptor. What it and all
/// that it starts say on standard output and error is read to the end, and the last 64 KiB of it are kept.
package final class ExecutorRun: Sendable {
  /// Why it was made to end.
  package enum Cause: Sendable, Equatable {
    case timeLimit
    case outputLimit
    /// Somebody called `stop`.
    case stopped
  }

  package struct Result: Sendable {
    package let end: ExecutorEnd
    /// Nil where it ended by itself.
    package let cause: Cause?
    package let said: [UInt8]
    package let duration: Duration
  }

  private let executor: Executor
  private let folder: JobFolder
  private let environment: [String]
  private let life = Life()

  /// Writes `job` into the folder, where the executor's standard input comes from.
  ///
  /// - Parameter environment: the worker's own, out of which the executor inherits what its settings name.
  package init(
    _ executor: Executor, job: [UInt8], in folder: JobFolder, environment: [String: String]
  ) throws(WorkerError) {
    self.executor = executor
    self.folder = folder
    self.environment = Self.environment(executor, folder, environment)
    let path = folder.path + "/job.json"
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o400)
    guard descriptor >= 0 else { throw .system(.folder, path) }
    defer { close(descriptor) }
    guard unsafe write(descriptor, job, job.count) == job.count else {
      throw .system(.folder, path)
    }
  }

  private static func environment(
    _ executor: Executor, _ folder: JobFolder, _ own: [String: String]
  ) -> [String] {
    var all = ["TMPDIR": folder.temporary]
    for name in executor.inherit { all[name] = own[name] ?? all[name] }
    all.merge(executor.environment) { _, set in set }
    return all.map { "\($0.key)=\($0.value)" }
  }

  /// Ends the run: SIGTERM, after the grace SIGKILL. From any thread, as often as one likes, before it began too.
  package func stop() { life.end(.stopped) }

  /// Runs it to its end, on a thread of its own. Once only.
  ///
  /// - Parameter guardCommand: the program that is `Guard.run`, and arguments before the guard's own.
  /// - Throws: `.start` where it cannot begin; nothing of it is left then.
  package func run(guardCommand: [String]) async throws(WorkerError) -> Result {
    let outcome = await onThread { () -> Swift.Result<Result, WorkerError> in
      do throws(WorkerError) { return .success(try self.runHere(guardCommand)) } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  private func runHere(_ guardCommand: [String]) throws(WorkerError) -> Result {
    let begin = ContinuousClock.now
    guard let said = Pipe() else { throw .system(.start, "a pipe") }
    defer { close(said.reading) }
    guard let report = Pipe() else {
      close(said.writing)
      throw .system(.start, "a pipe")
    }
    defer { close(report.reading) }
    let child: ChildProcess
    do {
      defer {
        close(said.writing)
        close(report.writing)
      }
      child = try start(guardCommand, said: said.writing, report: report.writing)
    }
    defer { life.close() }
    var (tail, line) = (OutputTail(), [UInt8]())
    let deadline = begin + .seconds(executor.timeLimitSeconds)
    var nextMeasure = begin
    var open = (said: true, report: true)
    // Until the guard has ended: whatever was started has ended before it, and said what it had to say.
    while open.report {
      let now = ContinuousClock.now
      if now >= deadline { life.end(.timeLimit) }
      if now >= nextMeasure {
        if FileTree.size(of: folder.output) > executor.outputLimitBytes { life.end(.outputLimit) }
        nextMeasure = ContinuousClock.now + .milliseconds(500)
      }
      var waits = [
        pollfd(fd: open.said ? said.reading : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: report.reading, events: Int16(POLLIN), revents: 0),
      ]
      guard unsafe poll(&waits, 2, 250) > 0 else { continue }
      if waits[0].revents != 0 { open.said = Self.read(said.reading) { tail.add($0) } }
      if waits[1].revents != 0 { open.report = Self.read(report.reading) { line += $0 } }
    }
    while open.said, Self.isReadable(said.reading) {
      open.said = Self.read(said.reading) { tail.add($0) }
    }
    _ = child.end()
    let text = String(decoding: line.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return Result(
      end: line.isEmpty ? .unknown("its guard was killed") : ExecutorEnd(parsing: text),
      cause: life.cause, said: tail.end, duration: ContinuousClock.now - begin)
  }

  private func start(
    _ guardCommand: [String], said: Int32, report: Int32
  ) throws(WorkerError) -> ChildProcess {
    let job = Pipe.lift(unsafe open(folder.path + "/job.json", O_RDONLY | O_CLOEXEC))
    guard job >= 0 else { throw .system(.start, "job.json") }
    defer { close(job) }
    guard let line = life.open() else { throw .system(.start, "a pipe") }
    defer { close(line) }
    guard
      let child = ChildProcess.start(
        guardCommand[0], guardCommand + Guard.arguments(for: executor), environment: environment,
        descriptors: [job, said, said, line, report], folder: executor.folder ?? folder.path,
        in: .ownSession)
    else {
      life.close()
      throw .system(.start, "\(guardCommand[0]) in \(executor.folder ?? folder.path)")
    }
    return child
  }

  /// Hands what there is to `sink`; false at the end.
  private static func read(_ descriptor: Int32, _ sink: (ArraySlice<UInt8>) -> Void) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
    if count > 0 { sink(bytes[..<count]) }
    return count > 0 || (count < 0 && errno == EINTR)
  }

  private static func isReadable(_ descriptor: Int32) -> Bool {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&wait, 1, 0) > 0
  }
}

/// The worker's end of a guard's life line, and why it was cut.
private final class Life: Sendable {
  private struct State {
    var descriptor: Int32 = -1
    var cause: ExecutorRun.Cause?
  }

  private let state = Mutex(State())

  /// The guard's end; nil and `errno` where there is none. Cut at once where the run was stopped before.
  func open() -> Int32? {
    guard let pipe = Pipe() else { return nil }
    state.withLock { state in
      if state.cause == nil { state.descriptor = pipe.writing } else { Glibc.close(pipe.writing) }
    }
    return pipe.reading
  }

  /// Of several causes the first is told.
  func end(_ cause: ExecutorRun.Cause) {
    state.withLock { state in
      state.cause = state.cause ?? cause
      Self.close(&state)
    }
  }

  func close() { state.withLock { Self.close(&$0) } }

  var cause: ExecutorRun.Cause? { state.withLock { $0.cause } }

  private static func close(_ state: inout State) {
    if state.descriptor >= 0 { Glibc.close(state.descriptor) }
    state.descriptor = -1
  }
}
