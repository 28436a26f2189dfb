import StemmaCrypto
import TransparencyLog

/// Takes values off the front of a record's payload; nil where they are not there.
struct PayloadReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= rest.count else { return nil }
    defer { rest.removeFirst(count) }
    return rest.prefix(count)
  }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
    bytes(Number.bitWidth / 8)?.reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }

  mutating func text() -> String? {
    number(UInt16.self).flatMap { bytes(Int($0)) }.flatMap { String(validating: $0, as: UTF8.self) }
  }

  mutating func head() -> TreeHead? {
    guard let size = number(Int64.self), let root = digest() else { return nil }
    return TreeHead(size: size, root: root)
  }

  mutating func edge() -> RightEdge? {
    guard let size = number(Int64.self) else { return nil }
    var peaks: [Digest] = []
    for _ in 0..<size.nonzeroBitCount {
      guard let peak = digest() else { return nil }
      peaks.append(peak)
    }
    return RightEdge(size: size, peaks: peaks)
  }

  private mutating func digest() -> Digest? {
    bytes(Digest.byteCount).flatMap { Digest(bytes: $0) }
  }
}

extension PayloadReader {
  /// The payload of a first record.
  mutating func start() -> (verifierKey: String, state: SignerState)? {
    guard let verifierKey = text(), let signed = edge(), let count = number(UInt16.self) else {
      return nil
    }
    var covered: [TreeHead] = []
    for _ in 0..<count {
      guard let head = head() else { return nil }
      covered.append(head)
    }
    guard isAtEnd, let state = SignerState(signed: signed, covered: covered) else { return nil }
    return (verifierKey, state)
  }

  /// The payload of any other record.
  mutating func step(_ type: JournalFormat.RecordType) -> SignerState.Step? {
    let step: SignerState.Step? =
      switch type {
      case .start: nil
      case .prepared:
        if let base = head(), let edge = edge() {
          .prepared(SignerState.Batch(base: base, edge: edge))
        } else {
          nil
        }
      case .signed: head().map { .signed($0) }
      }
    return isAtEnd ? step : nil
  }
}
