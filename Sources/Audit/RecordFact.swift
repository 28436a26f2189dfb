internal import Records
internal import StemmaCrypto

/// What an audit remembers of a record after it has passed: what later records are held against.
struct RecordFact: Sendable, Hashable {
  /// Of its entry: what no later audit may find changed.
  let leaf: Digest
  let digest: Digest
  /// What it claims, or the chain that it moves; `none` for other kinds.
  let key: Digest
  let kind: Kind
  /// Number of its namespace among those that the audit met.
  let namespace: UInt32
  let isErased: Bool
  /// Whether nobody can check its statement any more.
  let isUnopenable: Bool

  /// No digest of anything.
  static let none = zeroDigest()

  private static func zeroDigest() -> Digest {
    guard let digest = Digest(bytes: [UInt8](repeating: 0, count: Digest.byteCount)) else {
      preconditionFailure("a digest has that many bytes")
    }
    return digest
  }
}

extension RecordFact {
  /// Bytes of one fact in the auditor's file.
  static let byteCount = 3 * Digest.byteCount + 8

  func append(to bytes: inout [UInt8]) {
    leaf.append(bytesTo: &bytes)
    digest.append(bytesTo: &bytes)
    key.append(bytesTo: &bytes)
    bytes.append(UInt8(truncatingIfNeeded: kind.rawValue))
    bytes.append((isErased ? 1 : 0) | (isUnopenable ? 2 : 0))
    bytes.append(contentsOf: [0, 0])
    for shift: UInt32 in [24, 16, 8, 0] {
      bytes.append(UInt8(truncatingIfNeeded: namespace >> shift))
    }
  }

  /// Nil for bytes that `append(to:)` does not write.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    let start = bytes.startIndex
    func digest(_ position: Int) -> Digest? {
      let from = start + position * Digest.byteCount
      return Digest(bytes: bytes[from..<from + Digest.byteCount])
    }
    let rest = Array(bytes.suffix(8))
    guard let leaf = digest(0), let name = digest(1), let key = digest(2),
      let kind = Kind(rawValue: Int16(rest[0])), rest[1] < 4, rest[2] == 0, rest[3] == 0
    else { return nil }
    self.init(
      leaf: leaf, digest: name, key: key, kind: kind,
      namespace: rest[4...].reduce(0) { $0 << 8 | UInt32($1) }, isErased: rest[1] & 1 != 0,
      isUnopenable: rest[1] & 2 != 0)
  }
}
