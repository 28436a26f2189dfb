import Glibc

/// Asks a server one question after the other over a keep-alive connection, and takes answers of any length,
/// chunked ones too. Blocking: what it takes is what a plain client would take.
struct QueryConnection: ~Copyable {
  private let connection: LoadConnection
  private let head: String
  private var received: [UInt8] = []
  private var position = 0
  private var chunk = [UInt8](repeating: 0, count: 256 << 10)

  /// - Parameter key: of the API, for every question.
  init(port: UInt16, key: String) throws {
    connection = try LoadConnection(port: port)
    head = "Host: 127.0.0.1:\(port)\r\nAuthorization: Bearer \(key)\r\n"
  }

  struct Answer {
    let status: Int
    let body: [UInt8]

    var text: String { String(decoding: body.prefix(2000), as: UTF8.self) }
  }

  /// - Throws: where the connection breaks or what comes is not HTTP/1.1; any status is an answer.
  mutating func get(_ path: String, accept: String = "application/json") throws -> Answer {
    try connection.send(Array("GET \(path) HTTP/1.1\r\n\(head)Accept: \(accept)\r\n\r\n".utf8))
    return try answer()
  }

  /// - Parameter body: JSON.
  mutating func post(_ path: String, _ body: [UInt8]) throws -> Answer {
    let fields = "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n"
    try connection.send(Array("POST \(path) HTTP/1.1\r\n\(head)\(fields)\r\n".utf8) + body)
    return try answer()
  }

  private mutating func answer() throws -> Answer {
    received.removeAll(keepingCapacity: true)
    position = 0
    let first = try line()
    guard let status = Int(first.dropFirst(9).prefix(3)) else {
      throw BenchError("not HTTP/1.1: \(first)")
    }
    var length: Int?
    var isChunked = false
    while true {
      let field = try line().lowercased()
      if field.isEmpty { break }
      if field.hasPrefix("content-length:") {
        length = Int(field.dropFirst(15).drop { $0 == " " })
      }
      if field.hasPrefix("transfer-encoding:"), field.hasSuffix("chunked") { isChunked = true }
    }
    if isChunked { return Answer(status: status, body: try chunks()) }
    guard let length else { throw BenchError("an answer without a length") }
    return Answer(status: status, body: try bytes(length))
  }

  /// RFC 9112 section 7.1, without extensions and trailers, which our server does not send.
  private mutating func chunks() throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      let head = try line()
      guard let size = Int(head, radix: 16) else { throw BenchError("not a chunk: \(head)") }
      body += try bytes(size)
      guard try line().isEmpty else { throw BenchError("a chunk longer than it said") }
      if size == 0 { return body }
    }
  }

  private mutating func bytes(_ count: Int) throws -> [UInt8] {
    while received.count - position < count { try receive() }
    defer { position += count }
    return Array(received[position..<position + count])
  }

  private mutating func line() throws -> String {
    var end = position
    while true {
      while end + 1 < received.count {
        if received[end] == 13, received[end + 1] == 10 {
          defer { position = end + 2 }
          return String(decoding: received[position..<end], as: UTF8.self)
        }
        end += 1
      }
      let before = position
      try receive()
      end -= before - position
    }
  }

  /// Takes what has come; waits for at least one byte. What was read already is dropped first.
  private mutating func receive() throws {
    received.removeFirst(position)
    position = 0
    let count = unsafe recv(connection.socket, &chunk, chunk.count, 0)
    guard count > 0 else { throw BenchError("the server closed a connection: errno \(errno)") }
    received += chunk[..<count]
  }
}
