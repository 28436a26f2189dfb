import StemmaCrypto

/// The file in which the signer's steps become durable, one after the other.
///
/// After any failure it must not be used again: what of it is durable is then unknown.
struct Journal: ~Copyable {
  static let name = "journal"

  private let file: OwnedFile
  private(set) var size: Int
  private var checksum: Digest

  /// Begins a new journal with `state` in the place of an old one.
  ///
  /// Every start and every rotation does so. A start must not append to what it read: after a failed
  /// fdatasync, reading gives what the page cache has, and that need not be on the disk.
  init(
    of state: borrowing SignerState, verifierKey: String, in folder: borrowing StateFolder
  ) throws(SignerError) {
    var (bytes, checksum) = JournalFormat.record(
      .start, JournalFormat.start(state, verifierKey: verifierKey),
      after: JournalFormat.firstChecksum)
    for batch in state.kept {
      let (type, payload) = JournalFormat.step(.prepared(batch))
      let record = JournalFormat.record(type, payload, after: checksum)
      bytes += record.bytes
      checksum = record.checksum
    }
    let size = JournalFormat.blockSize + bytes.count
    let whole = JournalFormat.header(mark: size) + bytes
    file = try folder.replace(Self.name, with: whole, mode: 0o600)
    self.size = size
    self.checksum = checksum
  }

  /// Adds a step. Durable on return, and marked so.
  mutating func append(_ step: SignerState.Step) throws(SignerError) {
    let (type, payload) = JournalFormat.step(step)
    let record = JournalFormat.record(type, payload, after: checksum)
    try file.write(record.bytes, at: size)
    try file.syncData()
    size += record.bytes.count
    checksum = record.checksum
    try file.write(JournalFormat.header(mark: size), at: 0)
  }
}
