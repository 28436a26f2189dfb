/// How one kind of work is run: what a worker's own configuration has under an executor's name.
package struct Executor: Sendable, Equatable {
  /// A program's absolute path, and its arguments. No shell is asked.
  package var command: [String]
  /// Where it runs, an absolute path; nil: in the job's own folder.
  package var folder: String?
  /// Its environment: these, and what `inherit` names of the worker's own. Nothing else, but `TMPDIR`, which is in the
  /// job's folder and goes with it.
  package var environment: [String: String] = [:]
  package var inherit: [String] = []
  /// How long it may run.
  package var timeLimitSeconds = 3600
  /// Bytes that its `out` folder may hold, and that any one file it writes may.
  package var outputLimitBytes: Int64 = 64 << 30
  /// How long it has after SIGTERM before all that it started is killed.
  package var graceSeconds = 10

  package init(command: [String]) { self.command = command }
}
