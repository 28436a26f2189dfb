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
    discussion: "Exit status 0 where nothing that is recorded differs, 1 where something does.")

  @OptionGroup var server: ServerOptions
  @OptionGroup var snapshot: SnapshotOption

  @Option(help: "text or json.")
  var output = ProseFormat.text

  @Argument(help: "\(Subject.spelling)")
  var a: Subject

  @Argument(help: "The other one.")
  var b: Subject

  func run() async throws {
    let client = try StemmaClient(server)
    let first = try await client.wholeLineage(
      of: try await a.resolve(client, at: snapshot.at), at: snapshot.at)
    let second = try await client.wholeLineage(
      of: try await b.resolve(client, at: snapshot.at), at: String(first.at))
    let diff: LineageDiff
    do {
      let plain = try LineageDiff(first, second)
      let manifests = try await manifests(plain.wantedManifests, client)
      diff = manifests.isEmpty ? plain : try LineageDiff(first, second, manifests: manifests)
    } catch let error as LineageFormatError {
      throw CommandFailure.unavailable("the server's answer cannot be read: \(error)")
    }
    switch output {
    case .text:
      let lines = DiffText(diff, first, second).lines
      Terminal.write(Array((lines.joined(separator: "\n") + "\n").utf8))
    case .json: Terminal.write(diff.json.canonicalBytes() + [0x0A])
    }
    if !diff.isEmpty { throw ExitCode(1) }
  }

  /// The bytes of those that the server has.
  private func manifests(
    _ wanted: [Digest], _ client: StemmaClient
  ) async throws -> [Digest: [UInt8]] {
    var found: [Digest: [UInt8]] = [:]
    for digest in wanted {
      do {
        found[digest] = try await client.send(.GET, "content/\(digest)").body
      } catch let failure as CommandFailure where failure.status == 1 {
        // Not here, or erased: the folders differ as a whole then.
        continue
      }
    }
    return found
  }
}
