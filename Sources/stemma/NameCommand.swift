import ArgumentParser
import AsyncHTTPClient
import Canonical
import NIOHTTP1

struct NameCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "name",
    abstract: "Ask where a name points, or move it.",
    discussion: "A move is a compare-and-swap against the record that the name has now.")

  @OptionGroup var server: ServerOptions

  @Flag(help: "Print every move.")
  var history = false

  @Option(help: "Why it moves.")
  var reason: String?

  @Argument(help: "models/fraud@production")
  var name: String

  @Argument(help: "Digest to move it to.")
  var target: String?

  func run() async throws {
    let client = try StemmaClient(server)
    let path = "names/\(pathSegment(name))"
    if history {
      let answer = try await client.send(.GET, path + "/history?limit=1000")
      guard let moves = try JSONDocument(parsing: answer.body).root["history"] else { return }
      for move in moves.elements { Self.print(move) }
      return
    }
    guard let target else {
      Self.print(try JSONDocument(parsing: try await client.send(.GET, path).body).root)
      return
    }
    var members: [(String, JSONValue)] = [("target", .string(target))]
    if let reason { members.append(("reason", .string(reason))) }
    let answer = try await client.send(
      .PUT, path, body: .bytes(JSONValue.object(members).canonicalBytes()),
      headers: [("Content-Type", "application/json"), try await condition(client, path)])
    Self.print(try JSONDocument(parsing: answer.body).root)
  }

  private func condition(_ client: StemmaClient, _ path: String) async throws -> (String, String) {
    do {
      let current = try await client.send(.GET, path)
      return ("If-Match", current.headers.first(name: "ETag") ?? "")
    } catch let failure as CommandFailure where failure.message.hasPrefix("not_found") {
      return ("If-None-Match", "*")
    }
  }

  private static func print(_ move: JSONNode) {
    Terminal.print(
      "\(move["index"]?.integer ?? -1)  \(move["committedAt"]?.text ?? "?")  \(move["target"]?.text ?? "?")"
    )
  }
}
