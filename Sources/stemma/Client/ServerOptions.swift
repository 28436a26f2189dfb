import ArgumentParser
import EmbeddedPostgres
import Glibc

/// Which server, which namespace, and as whom. The key never comes from the command line.
struct ServerOptions: ParsableArguments {
  @Option(help: "Base URL (STEMMA_SERVER; default http://127.0.0.1:7400).")
  var server: String?

  @Option(name: [.short, .long], help: "Namespace (STEMMA_NAMESPACE; default main).")
  var namespace: String?

  @Option(help: "File that holds the key (STEMMA_KEY_FILE); or set STEMMA_KEY.")
  var keyFile: String?

  var baseURL: String {
    let url = server ?? Environment.value("STEMMA_SERVER") ?? "http://127.0.0.1:7400"
    return url.hasSuffix("/") ? String(url.dropLast()) : url
  }

  var space: String { namespace ?? Environment.value("STEMMA_NAMESPACE") ?? "main" }

  func key() throws -> String {
    if let file = keyFile ?? Environment.value("STEMMA_KEY_FILE") {
      let bytes = try LocalFile.read(file, limit: 4096)
      return String(String(decoding: bytes, as: UTF8.self).prefix { !$0.isWhitespace })
    }
    guard let key = Environment.value("STEMMA_KEY") else {
      throw CommandFailure.usage(
        "no key: give --key-file, or set STEMMA_KEY_FILE or STEMMA_KEY (the server's first is in DIR/admin.key)"
      )
    }
    return key
  }
}

/// Files and standard input.
enum LocalFile {
  /// The bytes of `path`, or of standard input for `-`.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    let descriptor = unsafe path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandFailure.usage("\(path): \(reason)") }
    defer { if descriptor > 0 { close(descriptor) } }
    var bytes: [UInt8] = []
    while let chunk = try readChunk(descriptor, path) {
      bytes += chunk
      if bytes.count > limit { throw CommandFailure.usage("\(path): over \(limit) bytes") }
    }
    return bytes
  }

  static func readChunk(_ descriptor: Int32, _ path: String) throws -> [UInt8]? {
    while true {
      var failed = false
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 18) { buffer, count in
        let got = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        failed = got < 0
        count = max(0, got)
      }
      if !failed { return chunk.isEmpty ? nil : chunk }
      if errno != EINTR { throw CommandFailure.usage("\(path): \(reason)") }
    }
  }

  /// Writes everything; false where that fails, and `reason` says why.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  static var reason: String {
    unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "errno \(errno)"
  }
}
