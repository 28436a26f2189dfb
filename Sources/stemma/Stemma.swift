import ArgumentParser
import Canonical
import Lineage

/// The one binary: parse, wire, run. One file a command.
@main
struct Stemma: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stemma",
    abstract: "A provenance-consistent metadata store for AI work.",
    discussion: """
      Exit status: 0 good, 1 the check found something, 2 usage, 3 unavailable.

      Commands that ask a server take --server (STEMMA_SERVER), --namespace (STEMMA_NAMESPACE) and the \
      key from --key-file (STEMMA_KEY_FILE) or STEMMA_KEY.
      """,
    subcommands: [
      ServeCommand.self, MigrateCommand.self, CatCommand.self, ShowCommand.self, LogCommand.self,
      PutCommand.self, EraseCommand.self, CommitCommand.self, NameCommand.self, NamesCommand.self,
      LineageCommand.self, WhyCommand.self, DiffCommand.self, ImpactCommand.self,
      ViewsCommand.self, StaleCommand.self, RebuildCommand.self, RetractCommand.self,
      HashCommand.self, GuardCommand.self,
      SignerCommand.self,
      AuditCommand.self, ReceiptCommand.self, ExportCommand.self, JudgeCommand.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let failure as CommandFailure {
      Terminal.complain(failure.message)
      Self.exit(withError: ExitCode(failure.status))
    } catch let error as LineageFormatError {
      Terminal.complain("the server's answer cannot be read: \(error)")
      Self.exit(withError: ExitCode(3))
    } catch  where Self.exitCode(for: error) == .validationFailure {
      Terminal.complain(Self.fullMessage(for: error))
      Self.exit(withError: ExitCode(2))
    } catch {
      Self.exit(withError: error)
    }
  }
}

/// Why a command failed, and the status to exit with.
struct CommandFailure: Error {
  let message: String
  let status: Int32
  /// A server's problem document.
  var problem: JSONNode?

  /// Of the problem document.
  var code: String? { problem?["code"]?.text }

  /// The check found something.
  static func found(_ message: String) -> CommandFailure { .init(message: message, status: 1) }
  static func usage(_ message: String) -> CommandFailure { .init(message: message, status: 2) }
  static func unavailable(_ message: String) -> CommandFailure {
    .init(message: message, status: 3)
  }
}
