import ArgumentParser
import Worker

/// Stands between a worker and an executor (`Guard`). Only workers start it.
struct GuardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guard", abstract: "What rebuild runs executors under.", shouldDisplay: false)

  /// This program, even where its file was replaced meanwhile.
  static let command = ["/proc/self/exe", "guard", "--"]

  @Argument(parsing: .postTerminator)
  var arguments: [String] = []

  func run() throws { throw ExitCode(Guard.run(arguments)) }
}
