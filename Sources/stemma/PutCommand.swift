import ArgumentParser
import AsyncHTTPClient
import FileDigests
import Glibc
import NIOCore
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
      let descriptor = try Self.open(file)
      let answer = try await client.send(
        .PUT, "content/\(digest)", body: .stream(FileChunks(descriptor, file), length: .unknown))
      Terminal.print("\(digest)  \(answer.status == 201 ? "created" : "was there")  \(file)")
    }
  }

  private static func digest(of file: String) throws -> Digest {
    do throws(FileDigestError) { return try hashFile(file).digest } catch {
      throw CommandFailure(error)
    }
  }

  private static func open(_ file: String) throws -> Int32 {
    let descriptor = unsafe Glibc.open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandFailure.usage("\(file): \(LocalFile.reason)") }
    return descriptor
  }
}

/// A file as a sequence of buffers; closes it at its end.
private struct FileChunks: AsyncSequence, Sendable {
  private let descriptor: Int32
  private let path: String

  init(_ descriptor: Int32, _ path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  struct AsyncIterator: AsyncIteratorProtocol {
    let descriptor: Int32
    let path: String

    mutating func next() async throws -> ByteBuffer? {
      guard let chunk = try LocalFile.readChunk(descriptor, path) else {
        close(descriptor)
        return nil
      }
      return ByteBuffer(bytes: chunk)
    }
  }

  func makeAsyncIterator() -> AsyncIterator { .init(descriptor: descriptor, path: path) }
}
