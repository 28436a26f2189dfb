import Glibc
import NIOCore

/// A file as a sequence of buffers; closes it at its end.
struct FileChunks: AsyncSequence, Sendable {
  private let descriptor: Int32
  private let path: String

  /// - Throws: status 2 where the file cannot be opened.
  init(_ path: String) throws {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandFailure.usage("\(path): \(LocalFile.reason)") }
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
