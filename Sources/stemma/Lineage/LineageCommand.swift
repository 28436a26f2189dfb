import ArgumentParser
import Canonical
import Lineage
import NIOHTTP1
import StemmaCrypto

struct LineageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lineage",
    abstract: "Show what a record rests on, or what rests on it.",
    discussion: """
      Follows derivations: the references that truth flows along. Executions, devices, names, labels and the like are shown \
      beside the records, and followed only with --cross. What is left out is always said.
      """)

  enum Direction: String, EnumerableFlag {
    case up, down, both

    static func help(for value: Direction) -> ArgumentHelp? {
      switch value {
      case .up: "What it rests on (the default)."
      case .down: "What rests on it."
      case .both: "Both."
      }
    }
  }

  @OptionGroup var server: ServerOptions
  @OptionGroup var snapshot: SnapshotOption

  @Flag(exclusivity: .exclusive)
  var direction: Direction = .up

  @Option(help: "How many levels beyond the record.")
  var depth: Int?

  @Option(help: "Kinds that are listed, with commas between them; others are walked through.")
  var kind: String?

  @Option(help: "Roles of inputs that are followed, with commas between them.")
  var role: String?

  @Option(help: "Associations that are followed too: execution, devices, previous, …")
  var cross: String?

  @Option(help: "How many records at the most (default 1000, at most 10,000).")
  var limit: Int?

  @Flag(help: "All of them, however many there are.")
  var all = false

  @Option(help: "tree, table, json, dot, mermaid or html (a page to open in a browser).")
  var output = LineageFormat.tree

  @Argument(help: "\(Subject.spelling)")
  var subject: Subject

  func validate() throws {
    if all && limit != nil { throw ValidationError("--all and --limit exclude each other") }
  }

  func run() async throws {
    let client = try StemmaClient(server)
    let digest = try await subject.resolve(client, at: snapshot.at)
    let path =
      "lineage/\(digest)"
      + QueryString([
        ("direction", direction.rawValue), ("depth", depth.map(String.init)), ("kind", kind),
        ("role", role), ("cross", cross), ("at", snapshot.at), ("limit", limit.map(String.init)),
        ("associations", "true"), ("records", "true"),
      ]).text
    let graph = try await all ? client.streamedLineage(path) : client.lineage(path)
    Terminal.write(Array(output.text(of: graph).utf8))
  }
}

extension StemmaClient {
  /// One page of a lineage.
  func lineage(_ path: String) async throws -> LineageGraph {
    let answer = try await send(.GET, path).json()
    do throws(LineageFormatError) {
      return try LineageGraph(parsing: answer)
    } catch {
      throw CommandFailure.unavailable("the server's answer cannot be read: \(error)")
    }
  }

  /// A whole lineage, as it comes: page after page where there is more than the server gives at once.
  func streamedLineage(_ path: String) async throws -> LineageGraph {
    var whole: LineageGraph?
    while true {
      var reader = LineageLineReader()
      let place = whole?.next.map { "\(path)&after=\(pathSegment($0))" } ?? path
      let page: LineageGraph
      do {
        try await download(place, headers: [("Accept", "application/x-ndjson")]) {
          try reader.take($0)
        }
        page = try reader.finish()
      } catch let error as LineageFormatError {
        throw CommandFailure.unavailable("the server's answer cannot be read: \(error)")
      }
      whole = whole?.followed(by: page) ?? page
      if let whole, whole.next == nil { return whole }
    }
  }
}

extension LineageGraph {
  /// This page with the one after it.
  fileprivate func followed(by page: LineageGraph) -> LineageGraph {
    var whole = self
    whole.nodes += page.nodes
    whole.edges += page.edges
    let known = Set(beside.map(\.index))
    whole.beside += page.beside.filter { !known.contains($0.index) }
    whole.associations += page.associations
    whole.truncation = truncation.subtracting(.nodes).union(page.truncation)
    whole.next = page.next
    return whole
  }
}
