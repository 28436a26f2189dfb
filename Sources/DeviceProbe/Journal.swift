internal import Glibc

/// The helper's side: asks, and says what it is about to ask.
struct Journal {
  private let descriptor: Int32
  /// Functions that ended a helper before this one: they are not called again.
  private let skipped: Set<String>
  static let skippedReason = "skipped"

  init(descriptor: Int32, skipping skipped: Set<String>) {
    self.descriptor = descriptor
    self.skipped = skipped
  }

  /// Makes one reading by calling `function`, announced first.
  ///
  /// - Returns: what it gave, for what is asked next.
  @discardableResult
  func ask(
    _ subject: String, _ name: String, _ function: String, _ body: () -> Reading.Outcome
  ) -> Reading.Outcome {
    if skipped.contains(function) {
      return say(subject, Reading(name, from: function, .absent(Self.skippedReason)))
    }
    write(.calling(subject: subject, name: name, function: function))
    return say(subject, Reading(name, from: function, body()))
  }

  /// A reading that an earlier call has given, too.
  @discardableResult
  func say(_ subject: String, _ reading: Reading) -> Reading.Outcome {
    write(.reading(subject: subject, reading))
    return reading.outcome
  }

  func end() { write(.end) }

  private func write(_ line: JournalLine) {
    let bytes = line.bytes
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: buffer[written...]).baseAddress,
          bytes.count - written)
      }
      // A parent that is gone wants nothing more.
      if count < 0 && errno != EINTR { _exit(1) }
      written += max(count, 0)
    }
  }
}
