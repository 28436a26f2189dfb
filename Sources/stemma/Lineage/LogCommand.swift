import ArgumentParser
import Canonical
import Lineage
import NIOHTTP1
import Records

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "Print what happened, in order: the newest last.",
    discussion: "Times are YYYY-MM-DDThh:mm:ss.ffffffZ, both ends included.")

  @OptionGroup var server: ServerOptions

  @Option(help: "Only records of this kind.")
  var kind: String?

  @Option(help: "Only what this principal committed.")
  var principal: String?

  @Option(help: "Not earlier than this time.")
  var since: String?

  @Option(help: "Not later than this time.")
  var until: String?

  @Option(help: "How many at the most, the newest ones.")
  var limit = 50

  @Option(help: "table or json.")
  var output = OutputFormat.table

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit is 1 or more") }
  }

  func run() async throws {
    let client = try StemmaClient(server)
    var records: [JSONNode] = []
    var after: Int64?
    repeat {
      let page = try await client.send(.GET, path(limit - records.count, after)).json()
      records += page["records"]?.elements.map(\.self) ?? []
      after = page["next"]?.integer
    } while after != nil && records.count < limit
    records.reverse()
    guard output == .table else {
      let list = JSONValue.array(records.map { .raw($0.canonicalBytes()) })
      return Terminal.write(JSONValue.object([("records", list)]).canonicalBytes() + [0x0A])
    }
    print(records)
  }

  private func path(_ left: Int, _ after: Int64?) -> String {
    "records"
      + QueryString([
        ("kind", kind), ("principal", principal), ("since", since), ("until", until),
        ("order", "desc"), ("limit", String(min(left, 1000))), ("after", after.map(String.init)),
      ]).text
  }

  private func print(_ records: [JSONNode]) {
    for record in records {
      guard let node = node(record) else { continue }
      var graph = LineageGraph(root: node.index, direction: .up, at: node.index)
      graph.nodes = [node]
      let title = NodeTitle(of: node, in: GraphIndex(graph)).text
      let index = String(node.index)
      Terminal.print(
        String(repeating: " ", count: max(0, 8 - index.count)) + index
          + "  \(PlainText.line(node.committedAt))  \(NodeTitle.short(node.digest))"
          + "  \(PlainText.line(node.principal))  \(title)")
    }
  }

  private func node(_ record: JSONNode) -> LineageGraph.Node? {
    guard let index = record["index"]?.integer, let digest = record["digest"]?.digest,
      let kind = record["kind"]?.text.flatMap(Kind.init(named:))
    else { return nil }
    return LineageGraph.Node(
      index: index, digest: digest, kind: kind, namespace: server.space,
      principal: record["principal"]?.text ?? "?", committedAt: record["committedAt"]?.text ?? "?",
      distance: 0, isErased: record["record"] == nil, record: record["record"])
  }
}
