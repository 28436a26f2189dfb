import ArgumentParser
import Canonical
import Lineage
import NIOHTTP1

struct NamesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "names", abstract: "Print names and where they point.")

  @OptionGroup var server: ServerOptions
  @OptionGroup var snapshot: SnapshotOption

  @Option(help: "table or json.")
  var output = OutputFormat.table

  @Argument(help: "Only names that begin so: models/")
  var prefix: String?

  func run() async throws {
    let client = try StemmaClient(server)
    var names: [JSONNode] = []
    var after: String?
    repeat {
      let query = QueryString([
        ("prefix", prefix), ("at", snapshot.at), ("after", after), ("limit", "1000"),
      ])
      let page = try await client.send(.GET, "names" + query.text).json()
      names += page["names"]?.elements.map(\.self) ?? []
      after = page["next"]?.text
    } while after != nil
    guard output == .table else {
      let list = JSONValue.array(names.map { .raw($0.canonicalBytes()) })
      return Terminal.write(JSONValue.object([("names", list)]).canonicalBytes() + [0x0A])
    }
    for name in names {
      let (target, called) = (name["target"]?.text ?? "?", name["name"]?.text ?? "?")
      Terminal.print(
        PlainText.line("\(target)  \(name["index"]?.integer ?? -1)  \(called)", limit: 4096))
    }
  }
}
