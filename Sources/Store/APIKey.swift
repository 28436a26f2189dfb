package import StemmaCrypto

/// A bearer key in its three parts: `stemma_<id>_<secret>`.
///
/// The prefix lets secret scanners find leaked ones. The id is 12 lower-case hex digits, the
/// secret 32 random bytes in base64url without padding (43 characters).
package struct APIKey: Sendable {
  package let id: String
  package let secretHash: Digest
  /// The whole key. Shown once, to whoever it was made for; never logged or stored.
  package let text: String

  /// Nil where `text` is not of a key's form.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    let prefix = Array("stemma_".utf8)
    guard bytes.count == prefix.count + 12 + 1 + 43, bytes.starts(with: prefix),
      bytes[prefix.count + 12] == UInt8(ascii: "_")
    else { return nil }
    let id = bytes[prefix.count..<prefix.count + 12]
    let secret = bytes[(prefix.count + 13)...]
    guard id.allSatisfy(Self.isHex), secret.allSatisfy(Self.isBase64URL) else { return nil }
    self.id = String(decoding: id, as: UTF8.self)
    secretHash = SHA256.digest(of: Array(secret))
    self.text = String(text)
  }

  /// A new key from 38 random bytes.
  package init?(random: [UInt8]) {
    guard random.count == 38 else { return nil }
    let hex = Array("0123456789abcdef".utf8)
    let id = random[..<6].flatMap { [hex[Int($0 >> 4)], hex[Int($0 & 15)]] }
    let secret = Self.base64URL(random[6...])
    self.init("stemma_\(String(decoding: id, as: UTF8.self))_\(secret)")
  }

  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  private static func base64URL(_ bytes: ArraySlice<UInt8>) -> String {
    var text: [UInt8] = []
    var bits = 0
    var value = 0
    for byte in bytes {
      value = value << 8 | Int(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        text.append(alphabet[value >> bits & 63])
      }
      value &= 63
    }
    if bits > 0 { text.append(alphabet[value << (6 - bits) & 63]) }
    return String(decoding: text, as: UTF8.self)
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  private static func isBase64URL(_ byte: UInt8) -> Bool { alphabet.contains(byte) }
}
