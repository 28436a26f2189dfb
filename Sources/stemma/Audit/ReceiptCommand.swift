import ArgumentParser
import Audit
import NIOHTTP1
import Records
import TransparencyLog

struct ReceiptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt",
    abstract: "Print a record's receipt, or check one without any server.",
    discussion: """
      `stemma receipt SUBJECT > FILE` gets a C2SP tlog-proof. `stemma receipt --check FILE --vkey KEY` checks it and prints \
      what it proves; with --record FILE also that it is of that record.
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var verifier: VerifierKeyOption

  @Option(help: "Check the receipt in this file; - for standard input.")
  var check: String?

  @Option(
    help: "With --check: a file with the record's canonical bytes, as `stemma cat` prints them.")
  var record: String?

  @Argument(help: "\(Subject.spelling)")
  var subject: Subject?

  func validate() throws {
    if (check == nil) == (subject == nil) { throw ValidationError("give SUBJECT or --check FILE") }
    if record != nil && check == nil { throw ValidationError("--record goes with --check") }
  }

  func run() async throws {
    if let subject {
      let client = try StemmaClient(server)
      let digest = try await subject.resolve(client)
      let answer = try await client.send(.GET, "records/\(digest)/receipt")
      return Terminal.write(answer.body)
    }
    guard let check else { return }
    let receipt = try LocalFile.read(check, limit: 2 << 20)
    let key = try verifier.key()
    let record = try record.map { try LocalFile.read($0, limit: Record.maximumSize + 1) }
    do throws(ReceiptCheck.Refusal) {
      Self.print(try ReceiptCheck(receipt, key: key, record: record))
    } catch {
      throw CommandFailure.found("the receipt proves nothing: \(error.message)")
    }
  }

  private static func print(_ proven: ReceiptCheck) {
    Terminal.print("log         \(proven.checkpoint.origin)")
    Terminal.print("index       \(proven.index)")
    Terminal.print("entries     \(proven.checkpoint.size)")
    Terminal.write(Array("statement   ".utf8) + proven.statement.canonicalBytes() + [0x0A])
  }
}
