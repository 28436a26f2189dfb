import ArgumentParser
import AsyncHTTPClient
import Canonical
import NIOHTTP1
import StemmaCrypto

struct NameCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "name",
    abstract: "Ask where a name points, or move it.",
    discussion: "A move is a compare-and-swap against the record that the name has now.")

  @OptionGroup var server: ServerOptions
  @OptionGroup var snapshot: SnapshotOption

  @Flag(help: "Print every move.")
  var history = false

  @Option(help: "Why it moves.")
  var reason: String?

  @Argument(help: "models/fraud@production")
  var name: String

  @Argument(help: "What to move it to: \(Subject.spelling)")
  var target: Subject?

  func validate() throws {
    if snapshot.at != nil && (history || target != nil) {
      throw ValidationError("--at goes with a question where the name points")
    }
  }

  func run() async throws {
    let client = try StemmaClient(server)
    let path = "names/\(pathSegment(name))"
    if history {
      let answer = try await client.send(.GET, path + "/history?limit=1000")
      guard let moves = try answer.json()["history"] else { return }
      for move in moves.elements { Self.print(move) }
      return
    }
    guard let target else {
      let query = QueryString([("at", snapshot.at)])
      return Self.print(try await client.send(.GET, path + query.text).json())
    }
    let digest = try await target.resolve(client)
    var members: [(String, JSONValue)] = [("target", .string(digest.description))]
    if let reason { members.append(("reason", .string(reason))) }
    let answer = try await client.send(
      .PUT, path, body: .bytes(JSONValue.object(members).canonicalBytes()),
      headers: [("Content-Type", "application/json"), try await condition(client, path)])
    Self.print(try answer.json())
  }

  private func condition(_ client: StemmaClient, _ path: String) async throws -> (String, String) {
    guard let current = try await client.sendIfFound(path) else { return ("If-None-Match", "*") }
    return ("If-Match", current.headers.first(name: "ETag") ?? "")
  }

  private static func print(_ move: JSONNode) {
    Terminal.print(
      "\(move["index"]?.integer ?? -1)  \(move["committedAt"]?.text ?? "?")  \(move["target"]?.text ?? "?")"
    )
  }
}
