import ArgumentParser
import Canonical
import Lineage
import Records
import StemmaCrypto

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print a record as a person reads it: where it stands, and what stands beside it.")

  @OptionGroup var server: ServerOptions
  @OptionGroup var snapshot: SnapshotOption

  @Option(help: "table or json.")
  var output = OutputFormat.table

  @Argument(help: "\(Subject.spelling)")
  var subject: Subject

  func run() async throws {
    let client = try StemmaClient(server)
    let digest = try await subject.resolve(client, at: snapshot.at)
    var graph = try await client.lineage(
      "lineage/\(digest)"
        + QueryString([
          ("depth", "0"), ("associations", "true"), ("records", "true"), ("at", snapshot.at),
        ]).text)
    // One record was asked for: that there is more above it is no limit.
    graph.truncation.subtract([.depth, .namespace])
    guard output == .table else {
      return Terminal.write(graph.json.canonicalBytes() + [0x0A])
    }
    Self.print(GraphIndex(graph))
  }

  private static func print(_ graph: GraphIndex) {
    guard let node = graph.node(graph.graph.root) else { return }
    Terminal.print(NodeTitle(of: node, in: graph).text)
    line("digest", node.digest.description)
    line("index", String(node.index))
    line("namespace", node.namespace)
    line("committed", "\(node.committedAt) by \(node.principal)")
    if node.isErased { line("erased", "its body was destroyed") }
    if let record = node.record {
      Terminal.print("")
      for (key, value) in record.members {
        line(
          PlainText.line(key.text ?? ""),
          value.text ?? String(decoding: value.canonicalBytes(), as: UTF8.self))
      }
    }
    let own = graph.associates(of: node.index).map { ($0.member.name, $0.to) }
    let others = graph.statements(about: node.index).map {
      ("\($0.member.name) of", $0.from)
    }
    guard !own.isEmpty || !others.isEmpty else { return }
    Terminal.print("\nbeside it")
    for (member, index) in own + others {
      guard let end = graph.node(index) else { continue }
      let title = NodeTitle(of: end, in: graph, beside: node.index).text
      line("  \(member)", "\(title)  \(NodeTitle.short(end.digest))")
    }
    for reason in graph.graph.truncation.explanations {
      Terminal.print("\nNot all is here: \(reason).")
    }
  }

  private static func line(_ name: String, _ value: String) {
    let padding = String(repeating: " ", count: max(1, 14 - name.count))
    Terminal.print(name + padding + PlainText.line(value, limit: 4096))
  }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json
}
