@testable import Signer

/// The bytes of a journal, built without a file.
struct JournalImage {
  private(set) var bytes: [UInt8]
  /// Where each record ends, the first one's end first.
  private(set) var ends: [Int] = []
  private var checksum = JournalFormat.firstChecksum

  /// A journal that begins with `state`, all of it answered upon.
  init(startingWith state: SignerState, verifierKey: String = "log+00000000+AQ==") {
    bytes = JournalFormat.header(mark: 0)
    append(.start, JournalFormat.start(state, verifierKey: verifierKey))
    for batch in state.kept { append(.prepared(batch)) }
    mark(at: bytes.count)
  }

  /// Adds a record that nobody has been answered upon yet.
  mutating func append(_ step: SignerState.Step) {
    let (type, payload) = JournalFormat.step(step)
    append(type, payload)
  }

  mutating func mark(at size: Int) {
    bytes.replaceSubrange(..<JournalFormat.blockSize, with: JournalFormat.header(mark: size))
  }

  private mutating func append(_ type: JournalFormat.RecordType, _ payload: [UInt8]) {
    let record = JournalFormat.record(type, payload, after: checksum)
    bytes += record.bytes
    checksum = record.checksum
    ends.append(bytes.count)
  }
}
