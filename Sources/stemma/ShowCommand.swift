import ArgumentParser
import Canonical
import NIOHTTP1

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print a record as a person reads it.")

  @OptionGroup var server: ServerOptions

  @Option(help: "table or json.")
  var output = OutputFormat.table

  @Argument(help: "sha256:…")
  var digest: String

  func run() async throws {
    let answer = try await StemmaClient(server).send(.GET, "records/\(pathSegment(digest))")
    guard output == .table else {
      return Terminal.write(answer.body + [0x0A])
    }
    let record = try JSONDocument(parsing: answer.body).root
    Terminal.print("digest      \(digest)")
    Terminal.print("index       \(answer.headers.first(name: "Stemma-Index") ?? "?")")
    for (key, value) in record.members {
      let name = key.text ?? ""
      let padding = String(repeating: " ", count: max(1, 12 - name.count))
      let text = value.text ?? String(decoding: value.canonicalBytes(), as: UTF8.self)
      Terminal.print(name + padding + text)
    }
  }
}

enum OutputFormat: String, ExpressibleByArgument {
  case table, json
}
