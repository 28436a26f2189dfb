import StemmaCrypto
import TransparencyLog

/// The bytes of the journal (schemas/FORMAT.md has the same in tables).
///
/// A file begins with a header of 64 bytes: 16 of magic, the **mark** (how long the file was when its
/// last answer was given), SHA-256 over both, and fill. Records follow, each at a multiple of 64 bytes
/// and filled up to one with 0xFF:
///
///     length of the payload (4) · the same, inverted (4) · type (1) · payload · checksum (32)
///
/// The checksum is SHA-256 over the checksum before it (the magic's digest before the first), length,
/// type and payload, so no record can be moved, left out, or taken from another journal. Numbers have
/// their high byte first.
///
/// What is read back falls into three classes (`JournalReader` sorts them):
/// - *Whole*: everything checks.
/// - *Torn*: the last record is cut off, or a block of it (64 bytes, as aligned) is all zeros, which no
///   written block is. A power cut leaves that of a write that was never durable. It is dropped, but only behind the
///   mark: before it, everything was durable and answered upon.
/// - *Corrupt*: anything else, each flipped bit for one. The signer then refuses to start. It never takes
///   rot in its last record for a torn write, which would roll back a signature that was given out.
///
/// The mark is written after the record is durable and before the answer; the next record's fdatasync
/// carries it along. So a process that dies leaves it exact, and a power cut may set it back by one
/// record. In that one case a whole record's loss, by cut or by zeros, would look like a torn write; the
/// disk must have gone back on an fdatasync for that.
enum JournalFormat {
  static let magic = Array("stemma-signer/1\n".utf8)
  /// What everything is aligned to. It divides a sector.
  static let blockSize = 64
  static let fill: UInt8 = 0xFF
  /// Length, its inverse and type.
  static let prefixSize = 9
  /// The checksum before the first record.
  static let firstChecksum = SHA256.digest(of: magic)

  enum RecordType: UInt8 {
    case start = 1
    case prepared = 2
    case signed = 3
  }

  /// The header of a file whose first `mark` bytes were answered upon.
  static func header(mark: Int) -> [UInt8] {
    var bytes = magic
    bytes.append(bigEndian: UInt64(mark))
    SHA256.digest(of: bytes).append(bytesTo: &bytes)
    return filled(bytes)
  }

  /// A record as it is written, and its checksum.
  static func record(
    _ type: RecordType, _ payload: [UInt8], after previous: Digest
  ) -> (bytes: [UInt8], checksum: Digest) {
    let length = UInt32(payload.count)
    var bytes: [UInt8] = []
    bytes.append(bigEndian: length)
    bytes.append(bigEndian: ~length)
    bytes.append(type.rawValue)
    bytes.append(contentsOf: payload)
    let checksum = checksum(of: bytes[...], after: previous)
    checksum.append(bytesTo: &bytes)
    return (filled(bytes), checksum)
  }

  /// The checksum of a record without it: prefix and payload.
  static func checksum(of record: ArraySlice<UInt8>, after previous: Digest) -> Digest {
    SHA256.digest(of: previous.bytes + record)
  }

  static func filledSize(_ size: Int) -> Int { (size + blockSize - 1) / blockSize * blockSize }

  private static func filled(_ bytes: [UInt8]) -> [UInt8] {
    bytes + Array(repeating: fill, count: filledSize(bytes.count) - bytes.count)
  }
}

// Payloads.
extension JournalFormat {
  /// The first record: whose journal it is, the signed tree, and heads that it covers.
  static func start(_ state: SignerState, verifierKey: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: UInt16(verifierKey.utf8.count))
    bytes.append(contentsOf: verifierKey.utf8)
    bytes.append(state.signed)
    bytes.append(bigEndian: UInt16(state.covered.count))
    for head in state.covered { bytes.append(head) }
    return bytes
  }

  static func step(_ step: SignerState.Step) -> (RecordType, [UInt8]) {
    var bytes: [UInt8] = []
    switch step {
    case .prepared(let batch):
      bytes.append(batch.base)
      bytes.append(batch.edge)
      return (.prepared, bytes)
    case .signed(let head):
      bytes.append(head)
      return (.signed, bytes)
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ head: TreeHead) {
    append(bigEndian: UInt64(head.size))
    head.root.append(bytesTo: &self)
  }

  /// The size says how many peaks there are.
  fileprivate mutating func append(_ edge: RightEdge) {
    append(bigEndian: UInt64(edge.size))
    for peak in edge.peaks { peak.append(bytesTo: &self) }
  }

  mutating func append(bigEndian number: some FixedWidthInteger) {
    for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}
