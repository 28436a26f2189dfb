import Glibc

/// Clients that each send a request, wait for the answer, and send the next: closed loop, on one thread.
///
/// All bytes are made before the clock starts, so that the generator does nothing but write, poll and
/// read: it shares the machine with what it measures.
struct HTTPLoad {
  let port: UInt16
  let key: String
  let namespace: String

  struct Result {
    /// Seconds from the first request to the last answer.
    var wall = 0.0
    /// Seconds of each request that was answered 200.
    var latencies: [Double] = []
    /// Answers 503: sent again until taken.
    var refused = 0
  }

  func commitRequest(_ body: [UInt8]) -> [UInt8] {
    Array(
      """
      POST /v1/\(namespace)/commits HTTP/1.1\r
      Host: 127.0.0.1:\(port)\r
      Authorization: Bearer \(key)\r
      Content-Type: application/json\r
      Content-Length: \(body.count)\r
      \r

      """.utf8) + body
  }

  /// The text of `/metrics`.
  func metrics() throws -> String {
    var connection = try LoadConnection(port: port)
    try connection.send(
      Array(
        "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAuthorization: Bearer \(key)\r\n\r\n"
          .utf8))
    while true {
      if let answer = try connection.receive() {
        return String(decoding: answer.body, as: UTF8.self)
      }
    }
  }

  /// Sends each of `requests` once, from `clients` connections.
  /// - Throws: any answer but 200 and 503, with what the server says.
  func run(_ requests: [[UInt8]], clients count: Int) throws -> Result {
    var clients = try Clients(count: min(count, requests.count), port: port)
    var result = Result()
    result.latencies.reserveCapacity(requests.count)
    var next = 0
    let start = seconds(CLOCK_MONOTONIC)
    while next < clients.count {
      try clients.send(requests, next, from: next, at: start)
      next += 1
    }
    while result.latencies.count < requests.count {
      for client in try clients.ready() {
        guard let answer = try clients.receive(client) else { continue }
        let now = seconds(CLOCK_MONOTONIC)
        switch answer.status {
        case 200:
          result.latencies.append(now - clients.started[client])
          if next < requests.count {
            try clients.send(requests, next, from: client, at: now)
            next += 1
          }
        case 503:
          result.refused += 1
          try clients.send(
            requests, clients.request[client], from: client, at: clients.started[client])
        default:
          throw BenchError(
            "the server answered \(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
        }
      }
    }
    result.wall = seconds(CLOCK_MONOTONIC) - start
    return result
  }
}

/// The connections of a run, and what each is waiting for.
private struct Clients: ~Copyable {
  private var connections: [Box]
  private var descriptors: [pollfd]
  private(set) var started: [Double]
  private(set) var request: [Int]

  /// An array holds no noncopyable values.
  private final class Box {
    var connection: LoadConnection
    init(_ connection: consuming LoadConnection) { self.connection = connection }
  }

  init(count: Int, port: UInt16) throws {
    connections = try (0..<count).map { _ in Box(try LoadConnection(port: port)) }
    descriptors = connections.map {
      pollfd(fd: $0.connection.socket, events: Int16(POLLIN), revents: 0)
    }
    started = Array(repeating: 0, count: count)
    request = Array(repeating: 0, count: count)
  }

  var count: Int { connections.count }

  mutating func send(
    _ requests: [[UInt8]], _ number: Int, from client: Int, at time: Double
  ) throws {
    started[client] = time
    request[client] = number
    try connections[client].connection.send(requests[number])
  }

  func receive(_ client: Int) throws -> LoadConnection.Answer? {
    try connections[client].connection.receive()
  }

  /// Which clients have something to read. Waits for at least one.
  mutating func ready() throws -> [Int] {
    let count = unsafe poll(&descriptors, nfds_t(descriptors.count), 60_000)
    guard count > 0 else { throw BenchError("no answer for a minute") }
    return descriptors.indices.filter { descriptors[$0].revents != 0 }
  }
}
