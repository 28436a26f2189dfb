import StemmaCrypto

/// A UUID (RFC 9562) of a rebuild, of one of its items, or of a lease.
package struct WorkID: Hashable, Sendable {
  /// 16 of them.
  package let bytes: [UInt8]

  /// Version 4, of 16 random bytes.
  package init(random: [UInt8]) { self.init(random, version: 4) }

  /// Version 8, derived: the same of the same parts, whoever asks.
  package init(deriving purpose: String, from id: WorkID) {
    let digest = SHA256.digest(of: Array(purpose.utf8) + [0] + id.bytes)
    self.init(Array(digest.bytes.prefix(16)), version: 8)
  }

  private init(_ bytes: [UInt8], version: UInt8) {
    precondition(bytes.count == 16, "a UUID of \(bytes.count) bytes")
    var bytes = bytes
    bytes[6] = bytes[6] & 0x0F | version << 4
    bytes[8] = bytes[8] & 0x3F | 0x80
    self.bytes = bytes
  }

  /// Nil for everything but the 36 characters of the lower-case form.
  package init?(parsing text: some StringProtocol) {
    let characters = Array(text.utf8)
    guard characters.count == 36 else { return nil }
    var digits: [UInt8] = []
    for (place, character) in characters.enumerated() {
      switch character {
      case UInt8(ascii: "-") where Self.dashes.contains(place): continue
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(character - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digits.append(character - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    guard digits.count == 32 else { return nil }
    bytes = stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private static let dashes: Set = [8, 13, 18, 23]
}

extension WorkID: CustomStringConvertible {
  package var description: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      if Self.dashes.contains(text.count) { text.append(UInt8(ascii: "-")) }
      text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: text, as: UTF8.self)
  }
}
