import ArgumentParser
import Canonical
import Lineage
import NIOHTTP1
import StemmaCrypto

struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract:
      "Say why two outputs or models differ: the first places where what they rest on parts.",
    discussion: """
      Exit status 0 where nothing that is recorded differs; 1 where something does, and where not all \
      could be compared (outcome unknown).
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var snapshot: SnapshotOption
  @OptionGroup var verifier: VerifierKeyOption

  @Option(
    help:
      "Read this file, which export wrote, instead of asking a server; twice: one for each record.")
  var bundle: [String] = []

  @Option(help: "text or json.")
  var output = ProseFormat.text

  @Argument(help: "\(Subject.spelling)")
  var a: Subject

  @Argument(help: "The other one.")
  var b: Subject

  func validate() throws {
    if bundle.count > 2 { throw ValidationError("at most two bundles") }
  }

  func run() async throws {
    if let path = bundle.first {
      let lineage = try BundledLineage(path, verifier)
      let other = bundle.count == 1 ? lineage : try BundledLineage(bundle[1], verifier)
      let (first, second) = (try graph(of: a, lineage), try graph(of: b, other))
      return try show(LineageDiff(first, second), first, second)
    }
    let client = try StemmaClient(server)
    let first = try await client.wholeLineage(
      of: try await a.resolve(client, at: snapshot.at), at: snapshot.at)
    let second = try await client.wholeLineage(
      of: try await b.resolve(client, at: snapshot.at), at: String(first.at))
    let plain = try LineageDiff(first, second)
    let manifests = try await manifests(plain.wantedManifests, client)
    try show(
      manifests.isEmpty ? plain : LineageDiff(first, second, manifests: manifests), first, second)
  }

  private func graph(of subject: Subject, _ lineage: BundledLineage) throws -> LineageGraph {
    lineage.pool.lineage(
      of: try lineage.index(of: subject), .up,
      size: try snapshot.index(within: lineage.newest) + 1)
  }

  private func show(
    _ diff: LineageDiff, _ first: LineageGraph, _ second: LineageGraph
  ) throws {
    switch output {
    case .text:
      let lines = DiffText(diff, first, second).lines
      Terminal.write(Array((lines.joined(separator: "\n") + "\n").utf8))
    case .json: Terminal.write(diff.json.canonicalBytes() + [0x0A])
    }
    if diff.outcome != .same { throw ExitCode(1) }
  }

  /// The bytes of those that the server has.
  private func manifests(
    _ wanted: [Digest], _ client: StemmaClient
  ) async throws -> [Digest: [UInt8]] {
    var found: [Digest: [UInt8]] = [:]
    for digest in wanted {
      do {
        found[digest] = try await client.send(.GET, "content/\(digest)").body
      } catch let failure as CommandFailure where failure.isAbsence {
        // The folders differ as a whole then.
        continue
      }
    }
    return found
  }
}
