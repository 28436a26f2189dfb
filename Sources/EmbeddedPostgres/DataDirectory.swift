package import Glibc

/// The folder of an embedded store: PostgreSQL's own folder, the socket, keys, and a lock so that one
/// server has it at a time.
package final class DataDirectory: Sendable {
  package let path: String
  private let lock: Int32

  package var postgresPath: String { path + "/postgres" }
  package var socketPath: String { path + "/run" }
  package var logPath: String { path + "/postgres.log" }
  package var adminKeyPath: String { path + "/admin.key" }
  package var listenPath: String { path + "/listen.url" }

  /// Makes the folder where it is missing and locks it until the process ends, however it ends.
  /// - Throws: another server has it, or it cannot be made.
  package init(_ given: String) throws(EmbeddedError) {
    try Self.makeFolders(given)
    guard let resolved = unsafe realpath(given, nil) else {
      throw EmbeddedError("cannot resolve \(given): \(Self.reason)")
    }
    path = unsafe String(cString: resolved)
    unsafe free(resolved)
    // sun_path holds 108 bytes; PostgreSQL's socket is `.s.PGSQL.5432` in `run`.
    guard path.utf8.count + "/run/.s.PGSQL.5432.lock".utf8.count < 104 else {
      throw EmbeddedError(
        "\(path) is too long for a Unix socket inside it; choose a folder of at most 80 bytes")
    }
    lock = unsafe open(path + "/server.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw EmbeddedError("cannot open \(path)/server.lock: \(Self.reason)") }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw EmbeddedError("another stemma server is running on \(path)")
    }
  }

  deinit { close(lock) }

  /// Writes `text` so that it is there whole or not at all.
  package func write(_ text: String, to file: String, mode: mode_t) throws(EmbeddedError) {
    let temporary = file + ".new"
    unsafe unlink(temporary)
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      throw EmbeddedError("cannot write \(temporary): \(Self.reason)")
    }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    let written = unsafe bytes.withUnsafeBytes {
      unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
    }
    guard written == bytes.count, fsync(descriptor) == 0, unsafe rename(temporary, file) == 0 else {
      throw EmbeddedError("cannot write \(file): \(Self.reason)")
    }
  }

  package static func exists(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0
  }

  static var reason: String {
    unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "errno \(errno)"
  }

  private static func makeFolders(_ path: String) throws(EmbeddedError) {
    var sofar = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      sofar += "/" + part
      // Others must be able to pass through: PostgreSQL runs as another user where we are root.
      if unsafe mkdir(sofar, 0o755) != 0, errno != EEXIST {
        throw EmbeddedError("cannot make the folder \(sofar): \(reason)")
      }
    }
  }
}
