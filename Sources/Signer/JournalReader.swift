import StemmaCrypto

/// Reads a journal back: the state that its whole records give, or why it cannot be believed.
///
/// `JournalFormat` says which damage is which.
struct JournalReader {
  /// The key whose signatures the journal is about.
  let verifierKey: String
  private(set) var state: SignerState

  private let bytes: [UInt8]
  private var position = JournalFormat.blockSize
  private var checksum = JournalFormat.firstChecksum

  /// Reads a whole journal. Throws `.corrupt`.
  init(_ bytes: [UInt8]) throws(SignerError) {
    self.bytes = bytes
    let mark = try Self.mark(of: bytes)
    let first = try Self.record(in: bytes, at: position, after: checksum)
    var payload = PayloadReader(first.payload)
    guard first.type == .start, let (verifierKey, state) = payload.start() else {
      throw .corrupt("its first record says nothing of a start")
    }
    self.verifierKey = verifierKey
    self.state = state
    advance(past: first)
    while position < bytes.count {
      if position >= mark, isTorn { return }
      try readStep()
    }
    guard position >= mark else {
      throw .corrupt("it ends at byte \(position), and up to \(mark) was answered upon")
    }
  }

  private mutating func readStep() throws(SignerError) {
    let record = try Self.record(in: bytes, at: position, after: checksum)
    var payload = PayloadReader(record.payload)
    guard let step = payload.step(record.type), state.apply(step) else {
      throw .corrupt("the record at byte \(position) does not follow from those before it")
    }
    advance(past: record)
  }

  private mutating func advance(past record: Record) {
    position = record.end
    checksum = record.checksum
  }

  /// Whether the rest is what a write leaves that was never durable: cut off, or zeros in the place of a
  /// block. Nothing was written after such a record.
  private var isTorn: Bool {
    let rest = bytes[position...]
    guard let end = Self.end(of: rest) else {
      return rest.count < JournalFormat.blockSize
        || Self.isZero(rest.prefix(JournalFormat.blockSize))
    }
    guard end <= bytes.count else { return true }
    let blocks = stride(from: position, to: end, by: JournalFormat.blockSize)
    return blocks.contains { Self.isZero(bytes[$0..<$0 + JournalFormat.blockSize]) }
      && Self.isZero(bytes[end...])
  }
}

extension JournalReader {
  private struct Record {
    let type: JournalFormat.RecordType
    let payload: ArraySlice<UInt8>
    let checksum: Digest
    /// Where the next one begins.
    let end: Int
  }

  private static func mark(of bytes: [UInt8]) throws(SignerError) -> Int {
    var reader = PayloadReader(bytes.dropFirst(JournalFormat.magic.count))
    guard let mark = reader.number(UInt64.self).flatMap({ Int(exactly: $0) }),
      bytes.starts(with: JournalFormat.header(mark: mark))
    else { throw .corrupt("its header does not check") }
    return mark
  }

  private static func record(
    in bytes: [UInt8], at position: Int, after previous: Digest
  ) throws(SignerError) -> Record {
    let place = "the record at byte \(position)"
    guard let end = end(of: bytes[position...]), end <= bytes.count else {
      throw .corrupt("\(place) is cut off")
    }
    var reader = PayloadReader(bytes[position..<end])
    let count = Int(reader.number(UInt32.self) ?? 0)
    let checked = bytes[position..<position + JournalFormat.prefixSize + count]
    let type = JournalFormat.RecordType(rawValue: bytes[position + 8])
    let checksum = JournalFormat.checksum(of: checked, after: previous)
    let rest = bytes[checked.endIndex..<end]
    guard let type, rest.starts(with: checksum.bytes),
      rest.dropFirst(Digest.byteCount).allSatisfy({ $0 == JournalFormat.fill })
    else { throw .corrupt("\(place) does not check") }
    let payload = checked.dropFirst(JournalFormat.prefixSize)
    return Record(type: type, payload: payload, checksum: checksum, end: end)
  }

  /// Where the record that `rest` begins with ends, by its length; nil where its two lengths differ.
  private static func end(of rest: ArraySlice<UInt8>) -> Int? {
    var reader = PayloadReader(rest)
    guard let count = reader.number(UInt32.self), reader.number(UInt32.self) == ~count else {
      return nil
    }
    let size = JournalFormat.prefixSize + Int(count) + Digest.byteCount
    return rest.startIndex + JournalFormat.filledSize(size)
  }

  private static func isZero(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.allSatisfy { $0 == 0 } }
}

extension SignerError {
  fileprivate static func corrupt(_ what: String) -> SignerError {
    SignerError(.corrupt, "the journal is damaged: \(what)")
  }
}
