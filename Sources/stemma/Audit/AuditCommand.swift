import ArgumentParser
import Audit
import FileDigests
import Store
import TransparencyLog

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Check a log from outside: signature, tree, every record, and that nothing changed.",
    discussion: """
      Believes nothing but the verifier key it is given. What it saw is kept in --state, below a folder named by that \
      key, and held against what is shown next time; a run that is interrupted goes on where it was. A run checks what is \
      new; --full checks everything again. Exit status: 0 good, 1 something was found, 2 usage, 3 unavailable.
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var verifier: VerifierKeyOption

  @Option(help: "Audit a dump instead of a server: a folder that --save made.")
  var dump: String?

  @Option(
    help: "Check a bundle instead: a file that export wrote. Needs no server and keeps no state.")
  var bundle: String?

  @Flag(
    help:
      "Audit the tables of the database in STEMMA_DATABASE, and what is in them beside the log.")
  var sql = false

  @Option(help: "Where to keep what was seen (default ~/.stemma/audit).")
  var state: String?

  @Flag(help: "Begin at index 0, whatever earlier runs have checked.")
  var full = false

  @Flag(
    help: "Fetch all content that records name and hash it; implies --full. (--sql always does.)")
  var content = false

  @Option(help: "Write a dump of all that is read into this folder; implies --full.")
  var save: String?

  @Option(help: "A C2SP witness policy that the checkpoint must satisfy.")
  var policy: String?

  @Option(
    name: .customLong("import"),
    help: "Namespaces that a namespace may refer to, as serve has it: main=shared,public.")
  var imports: [NamespaceImport] = []

  @Option(help: "table or json.")
  var output = OutputFormat.table

  func validate() throws {
    if bundle != nil && (sql || dump != nil || save != nil || full || content) {
      throw ValidationError("--bundle goes with --vkey, --policy and --output alone")
    }
    if sql && dump != nil { throw ValidationError("--sql and --dump exclude each other") }
    if content && (sql || dump != nil) { throw ValidationError("--content asks a server") }
  }

  func run() async throws {
    if let bundle { return try check(bundle) }
    let progress = AuditProgress()
    let report: AuditReport
    do {
      report = try await audit(progress)
    } catch let error as AuditError {
      progress.end()
      throw error.code == .unavailable
        ? CommandFailure.unavailable(error.message) : CommandFailure.usage(error.message)
    }
    progress.end()
    let printed = AuditOutput(report: report, seconds: progress.seconds)
    if output == .json { Terminal.write(printed.json) } else { printed.print() }
    if !report.isGood { throw ExitCode(1) }
  }

  private func check(_ bundle: String) throws {
    let report = try BundleFile.check(
      bundle, key: verifier.key(), policy: policy.map(Self.policy))
    let printed = BundleOutput(report: report)
    if output == .json { Terminal.write(printed.json) } else { printed.print() }
    if !report.isGood { throw ExitCode(1) }
  }

  private func audit(_ progress: AuditProgress) async throws -> AuditReport {
    let key = try verifier.key()
    var options = AuditOptions(key: key)
    options.policy = try policy.map(Self.policy)
    options.isFull = full
    options.isFresh = save != nil
    options.concurrency = 2 * processorCount()
    options.progress = { progress.show($0, of: $1) }
    for item in imports {
      options.imports[item.importer.name, default: []].formUnion(item.imported.map(\.name))
    }
    let folder = try StateFolder("\(try stateFolder())/\(StateFolder.name(for: key))")
    if sql {
      guard let conninfo = Environment.value("STEMMA_DATABASE") else {
        throw CommandFailure.usage("no database: set STEMMA_DATABASE")
      }
      return try await TableAuditRun(conninfo: conninfo).run(options, folder: folder) {
        try saving($0, key)
      }
    }
    if let dump {
      options.patience = .zero
      let source = try saving(FolderSource(dump), key)
      return try await Auditor(source, options, folder: folder).run()
    }
    let source = try ServerSource(server)
    if content { options.content = source }
    let result: Result<AuditReport, any Error>
    do {
      let saved = try saving(source, key)
      result = .success(try await Auditor(saved, options, folder: folder).run())
    } catch {
      result = .failure(error)
    }
    try await source.close()
    return try result.get()
  }

  /// The source itself, or with --save one that writes down what it passes on.
  private func saving(
    _ source: any AuditSource, _ key: VerifierKey
  ) throws -> any AuditSource {
    guard let save else { return source }
    let saving = try SavingSource(source, to: save)
    try saving.save(Array("\(key)\n".utf8), as: "vkey")
    return saving
  }

  private func stateFolder() throws -> String {
    if let state { return state }
    guard let home = Environment.value("HOME") else {
      throw CommandFailure.usage("no home to keep the audit's state in: give --state")
    }
    return home + "/.stemma/audit"
  }

  private static func policy(_ path: String) throws -> WitnessPolicy {
    do {
      return try WitnessPolicy(parsing: LocalFile.read(path, limit: 1 << 20))
    } catch let error as LogError {
      throw CommandFailure.usage("\(path): \(error.message)")
    }
  }
}
