import ArgumentParser
import AsyncHTTPClient
import Canonical
import NIOHTTP1

struct CommitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "commit", abstract: "Commit records from a file: the body of POST commits.")

  @OptionGroup var server: ServerOptions

  @Argument(help: "A JSON file {\"records\":[{\"record\":{…}},…]}; - for standard input.")
  var file: String

  func run() async throws {
    let body = try LocalFile.read(file, limit: 16 << 20)
    let answer = try await StemmaClient(server).send(
      .POST, "commits", body: .bytes(body), headers: [("Content-Type", "application/json")])
    guard let records = try JSONDocument(parsing: answer.body).root["records"] else { return }
    for record in records.elements {
      let created = record["created"]?.bool == true ? "created" : "was there"
      Terminal.print(
        "\(record["digest"]?.text ?? "?")  \(record["index"]?.integer ?? -1)  \(created)")
    }
  }
}
