import ArgumentParser
import Audit
import Canonical
import Lineage
import NIOHTTP1
import Records
import StemmaCrypto
import TransparencyLog

struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Tell how an output, a model or any other record came to be, in plain sentences.",
    discussion: """
      Every sentence names the records that it rests on. With --vkey the record's receipt is checked too, so that the \
      server need not be believed.
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var snapshot: SnapshotOption
  @OptionGroup var verifier: VerifierKeyOption
  @OptionGroup var offline: BundleOption

  @Option(help: "The caller's own key of an output, instead of SUBJECT.")
  var key: String?

  @Option(help: "text or json.")
  var output = ProseFormat.text

  @Argument(help: "\(Subject.spelling)")
  var subject: Subject?

  func validate() throws {
    if offline.bundle != nil && key != nil {
      throw ValidationError("--key asks the server; with --bundle give SUBJECT")
    }
    if (subject == nil) == (key == nil) { throw ValidationError("give SUBJECT or --key KEY") }
  }

  func run() async throws {
    if let bundle = offline.bundle, let subject {
      let lineage = try BundledLineage(bundle, verifier)
      let graph = lineage.pool.lineage(
        of: try lineage.index(of: subject), .up,
        size: try snapshot.index(within: lineage.newest) + 1)
      return try tell(Story(of: graph, isAllThereIs: false))
    }
    let client = try StemmaClient(server)
    let digest: Digest
    if let subject {
      digest = try await subject.resolve(client, at: snapshot.at)
    } else {
      digest = try await output(called: key ?? "", client)
    }
    let graph = try await client.wholeLineage(of: digest, at: snapshot.at)
    let siblings = try await siblings(of: graph, client)
    var story = try Story(of: graph, siblings: siblings)
    if verifier.vkey != nil { story.prove(try await proof(of: story.root, client)) }
    try tell(story)
  }

  private func tell(_ story: Story) throws {
    switch output {
    case .text: Terminal.write(Array((story.lines.joined(separator: "\n") + "\n").utf8))
    case .json: Terminal.write(story.json.canonicalBytes() + [0x0A])
    }
  }

  /// The one output with that key; several are listed, and none is chosen.
  private func output(called key: String, _ client: StemmaClient) async throws -> Digest {
    let page = try await client.send(
      .GET,
      "records" + QueryString([("key", key), ("kind", "output"), ("at", snapshot.at)]).text
    ).json()
    let found = (page["records"]?.elements.map(\.self) ?? [])
      .compactMap { record in record["digest"]?.digest.map { (digest: $0, record: record) } }
    guard let first = found.first else {
      throw CommandFailure.found("not_found: no output has the key \(key)")
    }
    guard found.count > 1 || page["next"] != nil else { return first.digest }
    let lines = found.map { digest, record in
      "  \(digest)  index \(record["index"]?.integer ?? -1)  \(record["committedAt"]?.text ?? "?")"
    }
    let more = page["next"] == nil ? [] : ["  …"]
    throw CommandFailure.usage(
      (["several outputs have the key \(key):"] + lines + more).joined(separator: "\n"))
  }

  /// One level down from the view: its outputs, in the snapshot of `graph`.
  private func siblings(
    of graph: LineageGraph, _ client: StemmaClient
  ) async throws -> LineageGraph? {
    let index = GraphIndex(graph)
    guard let root = index.node(graph.root) else { return nil }
    let view =
      root.kind == .view
      ? root
      : index.above(root.index).first { $0.member == .outputView }.flatMap { index.node($0.to) }
    guard let view else { return nil }
    return try await client.lineage(
      "lineage/\(view.digest)"
        + QueryString([
          ("direction", "down"), ("depth", "1"), ("kind", "output"), ("at", String(graph.at)),
          ("limit", "10000"), ("records", "true"),
        ]).text)
  }

  /// Checks the record's receipt against the log's key, and says what it proves.
  private func proof(of node: LineageGraph.Node, _ client: StemmaClient) async throws -> String {
    let receipt = try await client.send(.GET, "records/\(node.digest)/receipt").body
    let key = try verifier.key()
    let proven: ReceiptCheck
    do throws(ReceiptCheck.Refusal) {
      proven = try ReceiptCheck(receipt, key: key, record: node.record?.canonicalBytes())
    } catch {
      throw CommandFailure.found("the receipt proves nothing: \(error.message)")
    }
    let statement = proven.statement
    guard statement.digest == node.digest, proven.index == node.index,
      statement.principal == node.principal, statement.committedAt == node.committedAt
    else {
      throw CommandFailure.found(
        "the server's answer is not what the log says: entry \(proven.index) is \(statement.digest), by \(statement.principal) at \(statement.committedAt)"
      )
    }
    return
      "Checked: entry \(proven.index) of the \(proven.checkpoint.size) in the signed log \(proven.checkpoint.origin) says that \(PlainText.line(statement.principal)) recorded exactly this on \(Amounts.time(statement.committedAt))."
  }
}
