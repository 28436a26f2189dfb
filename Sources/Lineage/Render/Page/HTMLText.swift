import Canonical

/// Text and data as HTML takes them.
enum HTMLText {
  /// For the content of elements and for quoted attributes.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// JSON for the inside of a `script` element, which ends at `</script` and can be hidden by `<!--` wherever
  /// they stand: outside of JSON's strings neither sign occurs, and within them it can be written otherwise.
  static func escaped(json: JSONValue) -> String {
    var bytes: [UInt8] = []
    for byte in json.canonicalBytes() {
      switch byte {
      case UInt8(ascii: "<"): bytes += Array("\\u003c".utf8)
      case UInt8(ascii: ">"): bytes += Array("\\u003e".utf8)
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
