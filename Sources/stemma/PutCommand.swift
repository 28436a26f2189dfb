import ArgumentParser
import AsyncHTTPClient
import FileDigests
import NIOHTTP1
import StemmaCrypto

struct PutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put", abstract: "Store the bytes of files and print their digests.")

  @OptionGroup var server: ServerOptions

  @Argument(help: "Files.")
  var files: [String]

  func run() async throws {
    let client = try StemmaClient(server)
    for file in files {
      let digest = try Self.digest(of: file)
      let answer = try await client.send(
        .PUT, "content/\(digest)", body: .stream(try FileChunks(file), length: .unknown))
      Terminal.print("\(digest)  \(answer.status == 201 ? "created" : "was there")  \(file)")
    }
  }

  private static func digest(of file: String) throws -> Digest {
    do throws(FileDigestError) { return try hashFile(file).digest } catch {
      throw CommandFailure(error)
    }
  }
}
