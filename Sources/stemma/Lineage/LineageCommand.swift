import ArgumentParser
import Canonical
import Lineage
import NIOHTTP1
import Records
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
  @OptionGroup var verifier: VerifierKeyOption
  @OptionGroup var offline: BundleOption

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
    if let bundle = offline.bundle {
      let graph = try bundled(BundledLineage(bundle, verifier))
      return Terminal.write(Array(output.text(of: graph).utf8))
    }
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

extension LineageCommand {
  /// What the server would have answered, out of what the bundle has.
  private func bundled(_ lineage: BundledLineage) throws -> LineageGraph {
    let size = try snapshot.index(within: lineage.newest) + 1
    var query = LineageQuery(
      start: [try lineage.index(of: subject)], direction: .up, size: size,
      namespaces: lineage.pool.namespaces)
    query.depth = depth
    query.roles = role?.split(separator: ",").map(String.init)
    query.limits.nodes = all ? .max : limit ?? 1000
    if let kind {
      query.kinds = KindSet(
        try kind.split(separator: ",").map { name in
          guard let kind = Kind(named: name) else {
            throw CommandFailure.usage("\(name) is not a kind")
          }
          return kind
        })
    }
    if let cross {
      query.members = query.members.union(
        try cross.split(separator: ",").flatMap { name in
          let found = ReferenceMember.associations(named: name)
          guard !found.isEmpty else { throw CommandFailure.usage("\(name) is not an association") }
          return found
        })
    }
    return lineage.pool.lineage(query, .init(rawValue: direction.rawValue) ?? .up)
  }
}

extension StemmaClient {
  /// One page of a lineage.
  func lineage(_ path: String) async throws -> LineageGraph {
    try LineageGraph(parsing: try await send(.GET, path).json())
  }

  /// A whole lineage, as it comes: page after page where there is more than the server gives at once.
  func streamedLineage(_ path: String) async throws -> LineageGraph {
    var whole: LineageGraph?
    while true {
      var reader = LineageLineReader()
      let place = whole?.next.map { "\(path)&after=\(pathSegment($0))" } ?? path
      try await download(place, headers: [("Accept", "application/x-ndjson")]) {
        try reader.take($0)
      }
      let page = try reader.finish()
      if whole == nil { whole = page } else { whole?.append(page) }
      if let whole, whole.next == nil { return whole }
    }
  }
}
