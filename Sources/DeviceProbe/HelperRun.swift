/// What a helper process told before it ended, hung or crashed: a value, changed by what comes from its pipe.
struct HelperRun {
  private(set) var readings: [(subject: String, reading: Reading)] = []
  /// The call that was announced and has not answered.
  private(set) var pending: (subject: String, name: String, function: String)?
  private(set) var isComplete = false
  private var partial: [UInt8] = []

  /// Takes bytes as they come; true when at least one line was complete: the helper lives.
  mutating func take(_ bytes: ArraySlice<UInt8>) -> Bool {
    var isAlive = false
    for byte in bytes {
      guard byte == UInt8(ascii: "\n") else {
        partial.append(byte)
        continue
      }
      switch JournalLine(parsing: partial) {
      case .calling(let subject, let name, let function): pending = (subject, name, function)
      case .reading(let subject, let reading):
        readings.append((subject, reading))
        pending = nil
      case .end: isComplete = true
      case nil: break
      }
      partial = []
      isAlive = true
    }
    return isAlive
  }

  /// All readings by subject, with the reasons for what was skipped and for the call that ended the helper.
  func bySubject(ended reasons: [String: String]) -> [String: Readings] {
    var result: [String: Readings] = [:]
    for (subject, reading) in readings {
      var reading = reading
      if reading.outcome == .absent(Journal.skippedReason), let reason = reasons[reading.from] {
        reading = Reading(reading.name, from: reading.from, .absent(reason))
      }
      result[subject, default: Readings()].append(reading)
    }
    if let pending, !isComplete {
      result[pending.subject, default: Readings()].append(
        Reading(
          pending.name, from: pending.function,
          .absent(reasons[pending.function] ?? "the helper ended")))
    }
    return result
  }
}
