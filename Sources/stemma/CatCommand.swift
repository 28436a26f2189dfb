import ArgumentParser
import NIOHTTP1
import StemmaCrypto

struct CatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cat",
    abstract: "Print a record's canonical bytes, or with --content the bytes of a content.",
    discussion: "`stemma cat DIGEST | sha256sum` prints the digest: anyone can check.")

  @OptionGroup var server: ServerOptions
  @OptionGroup var snapshot: SnapshotOption

  @Flag(help: "SUBJECT is the digest of content, not a record.")
  var content = false

  @Argument(help: "\(Subject.spelling)")
  var subject: Subject

  func run() async throws {
    let client = try StemmaClient(server)
    guard content else {
      let digest = try await subject.resolve(client, at: snapshot.at)
      let bytes = try await client.send(.GET, "records/\(digest)").body
      guard SHA256.digest(of: bytes) == digest else {
        throw CommandFailure.found("the server sent other bytes than \(digest)")
      }
      return Terminal.write(bytes)
    }
    guard let digest = Digest(parsing: subject.text) else {
      throw CommandFailure.usage(
        "\(subject.text) is not sha256: and 64 lower-case hexadecimal digits")
    }
    var hasher = SHA256Hasher()
    try await client.download("content/\(digest)") { bytes in
      hasher.update(bytes.span)
      Terminal.write(bytes)
    }
    guard hasher.finalize() == digest else {
      throw CommandFailure.found("the server sent other bytes than \(digest)")
    }
  }
}
