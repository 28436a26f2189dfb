import ArgumentParser
import AsyncHTTPClient
import Canonical
import NIOHTTP1
import Records
import StemmaCrypto

struct RetractCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retract",
    abstract: "Say that a record must not be rested on any more.",
    discussion: """
      Everything that rests on it is stale from then on: `stemma stale` names it, `stemma rebuild` makes it anew where \
      there is a replacement. Nothing is deleted. Retracting a retraction withdraws it.
      """)

  enum Effect: String, ExpressibleByArgument, CaseIterable {
    case ever
    case fromNow = "from_now"
  }

  @OptionGroup var server: ServerOptions

  @Option(
    help:
      "ever: it was always wrong, and outputs that rest on it are disowned. from_now: what was made before stays lawful."
  )
  var effect: Effect

  @Option(help: "Why, for the record of it.")
  var reason: String

  @Option(help: "What takes its place: \(Subject.spelling)")
  var replacement: Subject?

  @Flag(help: "Where it is retracted already, say this instead.")
  var update = false

  @Argument(help: "\(Subject.spelling)")
  var subject: Subject

  func run() async throws {
    let client = try StemmaClient(server)
    let digest = try await subject.resolve(client)
    let other = try await replacement?.resolve(client)
    var answer = try await commit(digest, other, previous: nil, client)
    if case .taken(let current) = answer {
      guard update, let current else {
        throw CommandFailure.found(
          "\(digest) is retracted already, by \(current?.description ?? "another record"): --update says this instead"
        )
      }
      answer = try await commit(digest, other, previous: current, client)
    }
    guard case .stored(let record) = answer else {
      throw CommandFailure.found("somebody else retracted \(digest) in this moment: try again")
    }
    let created = record["created"]?.bool == true ? "retracted" : "was retracted"
    Terminal.print(
      "\(record["digest"]?.text ?? "?")  \(record["index"]?.integer ?? -1)  \(created)")
  }

  private enum Answer {
    case stored(JSONNode)
    /// By the retraction that is the newest.
    case taken(Digest?)
  }

  private func commit(
    _ subject: Digest, _ replacement: Digest?, previous: Digest?, _ client: StemmaClient
  ) async throws -> Answer {
    let record = JSONValue.object(present: [
      "kind": "retraction", "v": 1, "subject": .string(subject.description),
      "reason": .string(reason), "effect": .string(effect.rawValue),
      "replacement": replacement.map { .string($0.description) },
      "previous": previous.map { .string($0.description) },
    ])
    do {
      let answer = try await client.send(
        .POST, "commits",
        body: .bytes(
          JSONValue.object([("records", [.object([("record", record)])])]).canonicalBytes()),
        headers: [("Content-Type", "application/json")])
      guard let stored = try answer.json()["records"]?.elements.first(where: { _ in true }) else {
        throw CommandFailure.unavailable("the server's answer says nothing of the record")
      }
      return .stored(stored)
    } catch let failure as CommandFailure where failure.code == "conflict" {
      let conflicts = failure.problem?["conflicts"]?.elements.map(\.self) ?? []
      return .taken(conflicts.first?["current"]?.digest)
    }
  }
}
