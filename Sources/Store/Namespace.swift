/// Who may see and write: every record and content belongs to one namespace.
///
/// `[a-z0-9][a-z0-9._-]{0,62}`, ASCII, compared as bytes.
package struct Namespace: Hashable, Sendable, CustomStringConvertible {
  package let name: String

  /// Nil where `text` is not a namespace name.
  package init?(_ text: some StringProtocol) {
    var count = 0
    for byte in text.utf8 {
      count += 1
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): continue
      case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        if count == 1 { return nil }
      default: return nil
      }
    }
    guard (1...63).contains(count) else { return nil }
    name = String(text)
  }

  package var description: String { name }
}
