import Glibc

/// One keep-alive HTTP/1.1 connection to the server, blocking. One request under way at a time.
struct LoadConnection: ~Copyable {
  let socket: Int32
  private var received: [UInt8] = []
  private var chunk = [UInt8](repeating: 0, count: 16 << 10)

  struct Answer {
    let status: Int
    let body: [UInt8]
  }

  /// Connects to the port on loopback.
  init(port: UInt16) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var on: Int32 = 1
    unsafe setsockopt(
      socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    let connected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe connect(socket, address, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw BenchError("cannot connect to port \(port): errno \(errno)") }
  }

  deinit { close(socket) }

  func send(_ request: [UInt8]) throws {
    var sent = 0
    while sent < request.count {
      let count = unsafe request.withUnsafeBytes { bytes in
        unsafe Glibc.send(
          socket, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw BenchError("send: errno \(errno)") }
      sent += count
    }
  }

  /// Takes what has arrived; the answer once it is there whole.
  mutating func receive() throws -> Answer? {
    let count = unsafe recv(socket, &chunk, chunk.count, 0)
    guard count > 0 else { throw BenchError("the server closed a connection: errno \(errno)") }
    received += chunk[..<count]
    guard let head = endOfHead else { return nil }
    let lines = String(decoding: received[..<head], as: UTF8.self).lowercased().split(
      separator: "\r\n")
    guard let length = lines.first(where: { $0.hasPrefix("content-length:") }),
      let size = Int(length.dropFirst(15).drop { $0 == " " }),
      let status = lines.first.flatMap({ Int($0.dropFirst(9).prefix(3)) })
    else { throw BenchError("an answer without a length: \(lines)") }
    guard received.count >= head + 4 + size else { return nil }
    defer { received.removeAll(keepingCapacity: true) }
    return Answer(status: status, body: Array(received[(head + 4)..<(head + 4 + size)]))
  }

  /// Where the empty line after the fields begins.
  private var endOfHead: Int? {
    var index = 0
    while index + 4 <= received.count {
      if received[index] == 13, received[index + 1] == 10, received[index + 2] == 13,
        received[index + 3] == 10
      {
        return index
      }
      index += 1
    }
    return nil
  }
}
