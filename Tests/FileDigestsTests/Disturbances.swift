import Glibc
import Synchronization
import Testing

/// Runs `body` while another thread overwrites the last byte of an existing file again and again, so
/// that neither its size nor its beginning changes.
func withWriter(to path: String, _ body: () throws -> Void) throws {
  let writer = try Writer(path)
  defer { writer.stop() }
  try body()
}

private final class Writer: Sendable {
  private let descriptor: Int32
  private let place: off_t
  private let running = Atomic(true)
  private let ended = Atomic(false)

  init(_ path: String) throws {
    descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
    place = lseek(descriptor, -1, SEEK_END)
    try #require(place >= 0)
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(self)
    let status = unsafe pthread_create(
      &thread, nil,
      { argument in
        if let argument = unsafe argument {
          unsafe Unmanaged<Writer>.fromOpaque(argument).takeRetainedValue().run()
        }
        return nil
      }, context.toOpaque())
    try #require(status == 0)
    pthread_detach(thread)
  }

  private func run() {
    var byte: UInt8 = 0
    while running.load(ordering: .relaxed) {
      byte &+= 1
      unsafe pwrite(descriptor, &byte, 1, place)
      usleep(1000)
    }
    close(descriptor)
    ended.store(true, ordering: .releasing)
  }

  func stop() {
    running.store(false, ordering: .relaxed)
    while !ended.load(ordering: .acquiring) { usleep(100) }
  }
}

func makeSocket(_ path: String) throws {
  let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
  try #require(descriptor >= 0)
  defer { close(descriptor) }
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let name = Array(path.utf8)
  unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
  let size = socklen_t(MemoryLayout<sockaddr_un>.size)
  let status = unsafe withUnsafePointer(to: &address) {
    unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe bind(descriptor, $0, size)
    }
  }
  try #require(status == 0)
}
