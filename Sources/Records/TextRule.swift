/// Which strings a text member takes (FORMAT.md section 2).
enum TextRule: Sendable {
  /// `[a-z0-9][a-z0-9._-]{0,62}`.
  case identifier
  /// 1 to 255 printable ASCII characters, no space.
  case token
  /// 1 to 255 printable ASCII characters, no space at either end.
  case line
  /// 1 to 4096 bytes of UTF-8.
  case prose
  /// A movable name.
  case name
  /// RFC 9562 text, lower case.
  case uuid
  /// 16 to 128 characters of base64url.
  case salt
  /// `type/subtype`: RFC 6838 section 4.2 in lower case, without parameters.
  case mediaType
  /// 40 or 64 lower-case hexadecimal digits: the full name of a git commit.
  case commit

  /// What the rule asks for, as an error says it.
  var explanation: String {
    switch self {
    case .identifier: "[a-z0-9][a-z0-9._-]{0,62} is needed"
    case .token: "1 to 255 printable ASCII characters without spaces are needed"
    case .line: "1 to 255 printable ASCII characters are needed, no space at either end"
    case .prose: "1 to 4096 bytes of text are needed"
    case .name:
      """
      a name is segments of [a-z0-9][a-z0-9._-]* joined by / and perhaps one @segment, at most 255 \
      bytes, and does not end in /history
      """
    case .uuid: "a lower-case UUID is needed"
    case .salt: "16 to 128 characters of base64url are needed"
    case .mediaType: "a lower-case media type type/subtype without parameters is needed"
    case .commit: "40 or 64 lower-case hexadecimal digits are needed"
    }
  }

  /// Whether `bytes` (UTF-8) meet the rule. Bytes, never `String`: canonical equivalence would
  /// make two names one.
  func accepts(_ bytes: Span<UInt8>) -> Bool {
    switch self {
    case .identifier: bytes.count <= 63 && isSegment(bytes, 0..<bytes.count)
    case .token: (1...255).contains(bytes.count) && all(of: bytes) { (0x21...0x7E).contains($0) }
    case .line:
      (1...255).contains(bytes.count) && all(of: bytes) { (0x20...0x7E).contains($0) }
        && bytes[0] != 0x20 && bytes[bytes.count - 1] != 0x20
    case .prose: (1...4096).contains(bytes.count)
    case .name: isName(bytes)
    case .uuid: isUUID(bytes)
    case .salt: (16...128).contains(bytes.count) && all(of: bytes, isBase64URL)
    case .mediaType: isMediaType(bytes)
    case .commit: (bytes.count == 40 || bytes.count == 64) && all(of: bytes, isHexadecimal)
    }
  }
}
