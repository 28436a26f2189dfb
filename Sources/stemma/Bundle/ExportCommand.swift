import ArgumentParser
import Audit
import Canonical
import StemmaCrypto

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a record's lineage with its proofs to a file that needs no server.",
    discussion: """
      `stemma lineage --bundle FILE`, `why --bundle` and `diff --bundle` read it; `stemma audit --bundle FILE --vkey KEY` checks it. \
      What was written has been checked, and with --vkey also who signed it.
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var verifier: VerifierKeyOption
  @OptionGroup var snapshot: SnapshotOption

  @Option(help: "The record whose lineage is wanted: \(Subject.spelling)")
  var lineage: Subject

  @Flag(help: "Also the bytes of every content that its records name and the store has.")
  var content = false

  @Option(name: [.short, .long], help: "The file to write.")
  var output: String

  func run() async throws {
    let client = try StemmaClient(server)
    let subject = try await lineage.resolve(client, at: snapshot.at)
    var writer = try BundleWriter(to: output, key: verifier.vkey == nil ? nil : verifier.key())
    do {
      try await fetch(subject.description, client, &writer)
      if content { try await fetchContents(client, &writer) }
    } catch {
      writer.discard()
      throw error
    }
    let report = try writer.finish()
    Terminal.print("records     \(report.records), of them erased \(report.erased)")
    Terminal.print(
      "contents    \(report.contents) (\(report.contentBytes) bytes), \(report.contentsAbsent) not in it"
    )
  }

  private func fetch(
    _ digest: String, _ client: StemmaClient, _ writer: inout BundleWriter
  ) async throws {
    var lines = LineSplitter()
    let query = QueryString([("at", snapshot.at)]).text
    try await client.download("lineage/\(digest)/bundle\(query)") { bytes in
      for line in lines.take(bytes) { try writer.take(line) }
    }
    if !lines.rest.isEmpty { try writer.take(lines.rest) }
  }

  private func fetchContents(
    _ client: StemmaClient, _ writer: inout BundleWriter
  ) async throws {
    for digest in writer.named.sorted(by: { $0.description < $1.description }) {
      var isAny = false
      do {
        try await client.download("content/\(digest)") { bytes in
          isAny = true
          try writer.add(bytes, of: digest)
        }
      } catch let failure as CommandFailure where failure.isAbsence && !isAny {
        // Elsewhere, missing or erased: the report counts it.
        continue
      }
      try writer.end(digest)
    }
  }
}
