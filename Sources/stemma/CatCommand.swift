import ArgumentParser
import NIOHTTP1
import StemmaCrypto

struct CatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cat",
    abstract: "Print a record's canonical bytes, or with --content the bytes of a content.",
    discussion: "`stemma cat DIGEST | sha256sum` prints the digest: anyone can check.")

  @OptionGroup var server: ServerOptions

  @Flag(help: "DIGEST names content, not a record.")
  var content = false

  @Argument(help: "sha256:…")
  var digest: String

  func run() async throws {
    guard let wanted = Digest(parsing: digest) else {
      throw CommandFailure.usage("\(digest) is not sha256: and 64 lower-case hexadecimal digits")
    }
    let client = try StemmaClient(server)
    guard content else {
      let bytes = try await client.send(.GET, "records/\(digest)").body
      guard SHA256.digest(of: bytes) == wanted else {
        throw CommandFailure.found("the server sent other bytes than \(digest)")
      }
      return Terminal.write(bytes)
    }
    var hasher = SHA256Hasher()
    try await client.download("content/\(digest)") { bytes in
      hasher.update(bytes.span)
      Terminal.write(bytes)
    }
    guard hasher.finalize() == wanted else {
      throw CommandFailure.found("the server sent other bytes than \(digest)")
    }
  }
}
