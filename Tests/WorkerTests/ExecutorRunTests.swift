import Glibc
import Testing

@testable import Worker

/// Real programs under a real guard.
struct ExecutorRunTests {
  private let folder: TestFolder
  private let job: JobFolder

  init() throws {
    folder = try TestFolder()
    job = try folder.job()
  }

  private func run(
    _ script: String, environment: [String: String] = [:], stoppingAfter seconds: Double? = nil,
    _ change: (inout Executor) -> Void = { _ in }
  ) async throws -> ExecutorRun.Result {
    var executor = Executor(command: ["/bin/bash", "-c", script])
    executor.graceSeconds = 1
    change(&executor)
    let run = try ExecutorRun(
      executor, job: Array(#"{"v":1}"#.utf8), in: job, environment: environment)
    if let seconds {
      startDetached {
        usleep(UInt32(seconds * 1e6))
        run.stop()
      }
    }
    return try await run.run(guardCommand: guardCommand)
  }

  private func text(_ result: ExecutorRun.Result) -> String {
    String(decoding: result.said, as: UTF8.self)
  }

  private func isAlive(_ pid: String?) -> Bool {
    guard let pid = pid.flatMap({ pid_t($0.filter { !$0.isNewline }) }) else { return false }
    return kill(pid, 0) == 0
  }

  @Test func getsItsJobAndWhatItsSettingsList() async throws {
    // `env` shows what bash was given, and bash's own three.
    let result = try await run(
      "cat; echo; env | sort; pwd; ls -l /proc/self/fd | wc -l; ps -o sid= -p $$ | tr -d ' '; echo $PPID; echo e >&2",
      environment: ["PATH": "/usr/bin:/bin", "SECRET": "s", "HOME": "/root"]
    ) {
      $0.environment = ["ONE": "1", "PATH": "/bin:/usr/bin"]
      $0.inherit = ["PATH", "ABSENT"]
    }
    #expect(result.end == .exit(0) && result.cause == nil)
    let lines = text(result).split(separator: "\n").map(String.init)
    try #require(lines.count == 12, "\(text(result))")
    #expect(lines[0] == #"{"v":1}"#)
    let names = lines[1...6].compactMap { $0.split(separator: "=").first.map(String.init) }
    #expect(names.sorted() == ["ONE", "PATH", "PWD", "SHLVL", "TMPDIR", "_"])
    #expect(lines.contains("ONE=1") && lines.contains("PATH=/bin:/usr/bin"))
    #expect(lines.contains("TMPDIR=\(job.temporary)"))
    #expect(!text(result).contains("SECRET") && !text(result).contains("HOME="))
    #expect(lines.contains(job.path))
    // A heading, standard input, output and error, and the folder that is being listed.
    #expect(lines[8] == "5")
    // The guard's session: no terminal of the worker's.
    #expect(lines[9] == lines[10])
    #expect(lines[11] == "e")
  }

  @Test(arguments: [
    ("exit 3", ExecutorEnd.exit(3)), ("kill -9 $$", .signal(9)), ("exit 137", .exit(137)),
  ])
  func tellsHowItEnded(_ script: String, _ end: ExecutorEnd) async throws {
    let result = try await run(script)
    #expect(result.end == end && result.cause == nil)
  }

  @Test func saysWhatCannotBeStarted() async throws {
    let result = try await run("") { $0.command = ["/nowhere/program"] }
    #expect(
      result.end == .unknown("cannot start /nowhere/program: No such file or directory"))
    let other = try ExecutorRun(
      Executor(command: ["/bin/true"]), job: [], in: try folder.job("other"), environment: [:])
    await #expect(throws: WorkerError(.start, "")) {
      try await other.run(guardCommand: ["/nowhere/guard"])
    }
  }

  /// Whatever session or group a process went to, and however often its parents ended.
  @Test func leavesNothingRunning() async throws {
    let result = try await run(
      """
      setsid bash -c 'setsid sleep 1000 & echo $! > out/grandchild; sleep 1000' & echo $! > out/child
      (sleep 1000 & echo $! > out/orphan)
      until [ -s out/grandchild ] && [ -s out/orphan ]; do sleep 0.01; done
      """, environment: ["PATH": "/usr/bin:/bin"]
    ) { $0.inherit = ["PATH"] }
    #expect(result.end == .exit(0))
    for name in ["child", "grandchild", "orphan"] {
      let pid = contents(of: "\(job.output)/\(name)")
      try #require(pid?.isEmpty == false)
      #expect(!isAlive(pid), "\(name) is still there")
    }
  }

  @Test func endsWhatTakesTooLong() async throws {
    let result = try await run(
      "trap 'echo told; exit 5' TERM; while :; do read -t 0.05 < /dev/zero; done"
    ) {
      $0.timeLimitSeconds = 1
      $0.graceSeconds = 20
    }
    #expect(result.cause == .timeLimit)
    #expect(result.end == .exit(5))
    #expect(text(result) == "told\n")
    #expect(result.duration < .seconds(15))
  }

  @Test func killsWhatDoesNotListen() async throws {
    let result = try await run(
      "trap '' TERM; echo here; while :; do :; done", stoppingAfter: 0.5)
    #expect(result.cause == .stopped)
    #expect(result.end == .signal(9))
    #expect(text(result) == "here\n")
  }

  @Test func stopsBeforeItBegan() async throws {
    let executor = Executor(command: ["/bin/sleep", "1000"])
    let run = try ExecutorRun(executor, job: [], in: job, environment: [:])
    run.stop()
    let result = try await run.run(guardCommand: guardCommand)
    #expect(result.cause == .stopped && result.end == .signal(15))
  }

  @Test func endsWhatWritesTooMuch() async throws {
    let many = try await run(
      "for i in 1 2 3 4 5 6; do head -c 600 /dev/zero > out/$i; done; sleep 1000",
      environment: ["PATH": "/usr/bin:/bin"]
    ) {
      $0.inherit = ["PATH"]
      $0.outputLimitBytes = 3000
    }
    #expect(many.cause == .outputLimit && !many.end.isGood)
  }

  @Test func noFileIsLargerThanAllMayBe() async throws {
    let one = try await run(
      "head -c 6000 /dev/zero > out/one", environment: ["PATH": "/usr/bin:/bin"]
    ) {
      $0.inherit = ["PATH"]
      $0.outputLimitBytes = 3000
    }
    // 128 and SIGXFSZ.
    #expect(one.end == .exit(153))
    #expect(FileTree.size(of: job.output) == 3000)
  }

  @Test func keepsTheEndOfWhatWasSaid() async throws {
    let result = try await run("for i in {1..40000}; do echo line $i; done; echo last >&2")
    #expect(result.said.count <= 64 << 10 && result.said.count > 60 << 10)
    #expect(text(result).hasPrefix("line ") && text(result).hasSuffix("line 40000\nlast\n"))
  }
}
