import Glibc
import Worker

/// The guard, for tests that run executors without the whole of `stemma`.
@main
enum WorkerGuard {
  static func main() { exit(Guard.run(Array(CommandLine.arguments.dropFirst()))) }
}
