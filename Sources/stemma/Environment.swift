import Glibc

/// Variables of the environment.
enum Environment {
  static func value(_ name: String) -> String? {
    guard let text = unsafe getenv(name) else { return nil }
    let value = unsafe String(cString: text)
    return value.isEmpty ? nil : value
  }

  /// All of them.
  static var all: [String: String] {
    var all: [String: String] = [:]
    var place = unsafe environ
    while let text = unsafe place.pointee {
      let parts = unsafe String(cString: text).split(separator: "=", maxSplits: 1)
      if let name = parts.first { all[String(name)] = parts.count > 1 ? String(parts[1]) : "" }
      unsafe place += 1
    }
    return all
  }

  static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&name, 255) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
