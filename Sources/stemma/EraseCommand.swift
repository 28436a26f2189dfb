import ArgumentParser
import AsyncHTTPClient
import Canonical
import NIOHTTP1
import StemmaCrypto

struct EraseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase",
    abstract: "Destroy a record's content, or its own body, and say so in the log.",
    discussion: """
      The record's digest, its references and its proofs stay and still verify; reading what was destroyed answers 410 \
      with the erasure record. Content is destroyed for every record of the namespace that names it. This cannot be undone.
      """)

  enum Target: String, ExpressibleByArgument, CaseIterable {
    case content, body
  }

  @OptionGroup var server: ServerOptions

  @Option(help: "What is destroyed: the record's content, or its own body.")
  var what: Target

  @Flag(help: "With --what body: destroy the nonce too, so that nobody can open the log's entry.")
  var destroyNonce = false

  @Option(help: "Why, for the record of it.")
  var reason: String

  @Argument(help: "\(Subject.spelling)")
  var subject: Subject

  func validate() throws {
    if destroyNonce && what != .body {
      throw ValidationError("--destroy-nonce goes with --what body")
    }
  }

  func run() async throws {
    let client = try StemmaClient(server)
    let digest = try await subject.resolve(client)
    let body = JSONValue.object([
      ("subject", .string(digest.description)),
      ("what", .string(destroyNonce ? "body_and_nonce" : what.rawValue)),
      ("reason", .string(reason)),
    ])
    let answer = try await client.send(
      .POST, "erasures", body: .bytes(body.canonicalBytes()),
      headers: [("Content-Type", "application/json")])
    let root = try answer.json()
    let created = root["created"]?.bool == true ? "erased" : "was erased"
    Terminal.print("\(root["digest"]?.text ?? "?")  \(root["index"]?.integer ?? -1)  \(created)")
  }
}
