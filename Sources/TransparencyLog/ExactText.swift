/// Text that is compared by its bytes: key names and origins.
///
/// As `String`s, "K" and the Kelvin sign are equal, and so are the two spellings of "é"; as names of
/// keys they are not.
struct ExactText: Hashable, Sendable {
  let utf8: [UInt8]

  init(_ text: String) { utf8 = Array(text.utf8) }

  /// Nil for bytes that are not UTF-8.
  init?(validating bytes: ArraySlice<UInt8>) {
    guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
    utf8 = Array(bytes)
  }

  var string: String { String(decoding: utf8, as: UTF8.self) }

  /// Whether it can name a key: not empty, no white space, no plus (C2SP signed-note), and no
  /// control character, which no note can hold.
  var isKeyName: Bool {
    !utf8.isEmpty
      && string.unicodeScalars.allSatisfy {
        !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20
      }
  }

  /// Whether it can be a line of a note.
  var isLine: Bool { !utf8.isEmpty && utf8.allSatisfy { $0 >= 0x20 } }
}
