internal import StemmaCrypto

/// Most hashes that a proof can have: fewer than the bits of a size.
let maximumProofLength = 63

extension ArraySlice<UInt8> {
  /// Takes off the next line and gives it without its newline; nil where no newline is left.
  mutating func popLine() -> ArraySlice<UInt8>? {
    guard let end = firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let line = self[startIndex..<end]
    self = self[(end + 1)...]
    return line
  }

  /// What follows a prefix; nil without that prefix.
  func dropping(prefix: String) -> ArraySlice<UInt8>? {
    starts(with: prefix.utf8) ? dropFirst(prefix.utf8.count) : nil
  }

  /// Takes off lines of one hash each, and the empty line behind them.
  mutating func popHashes() throws(LogError) -> [Digest] {
    var hashes: [Digest] = []
    while let line = popLine() {
      if line.isEmpty { return hashes }
      guard let hash = Digest(base64: line) else { throw .malformed("a line that is not a hash") }
      guard hashes.count < maximumProofLength else { throw .malformed("too many hashes") }
      hashes.append(hash)
    }
    throw .malformed("no empty line behind the hashes")
  }
}

extension Digest {
  /// Nil unless the text is that of 32 bytes.
  init?(base64 text: ArraySlice<UInt8>) {
    guard let bytes = Base64.decode(text.span) else { return nil }
    self.init(bytes: bytes)
  }

  /// The 32 bytes in base 64.
  var base64: String { Base64.encode(bytes) }
}

/// The bytes of some text.
func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }
