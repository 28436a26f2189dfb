/// Where a signer's process listens: `unix:PATH`, or `https://HOST:PORT`.
package struct SignerAddress: Hashable, Sendable {
  /// As it was given.
  private let text: String
  /// What requests begin with.
  let baseURL: String
  /// Whether a certificate is needed.
  package let usesTLS: Bool

  /// Everything that is not one of the two forms is nil: a signer is not asked in clear over a network.
  package init?(_ text: String) {
    self.text = text
    let unix = "unix:"
    if text.utf8.starts(with: unix.utf8) {
      let path = text.utf8.dropFirst(unix.utf8.count)
      guard path.first == UInt8(ascii: "/"), path.count <= Self.maximumPath else { return nil }
      baseURL = "http+unix://" + path.map(Self.escaped).joined()
      usesTLS = false
    } else if text.utf8.starts(with: "https://".utf8) {
      baseURL = text.utf8.last == UInt8(ascii: "/") ? String(text.dropLast()) : text
      usesTLS = true
    } else {
      return nil
    }
  }

  /// `sun_path` has 108 bytes, the last one a zero.
  package static let maximumPath = 107

  /// A byte of a path as a part of a URL's host: all but letters and digits percent-encoded.
  private static func escaped(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      return String(UnicodeScalar(byte))
    default:
      let digits = String(byte, radix: 16, uppercase: true)
      return byte < 16 ? "%0\(digits)" : "%\(digits)"
    }
  }
}

extension SignerAddress: CustomStringConvertible {
  package var description: String { text }
}
