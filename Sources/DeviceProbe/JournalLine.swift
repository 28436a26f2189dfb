internal import Canonical

/// One line of what a helper process tells its parent.
///
/// A helper says what it is about to call before it calls it: when it hangs or crashes, its parent knows in what.
package enum JournalLine: Equatable, Sendable {
  /// The helper is about to make this reading by that call.
  case calling(subject: String, name: String, function: String)
  case reading(subject: String, Reading)
  /// All was asked.
  case end

  /// A JSON object and a line feed.
  package var bytes: [UInt8] {
    var members: [(String, JSONValue)]
    switch self {
    case .calling(let subject, let name, let function):
      members = [
        ("subject", .string(subject)), ("name", .string(name)), ("calling", .string(function)),
      ]
    case .reading(let subject, let reading):
      members = [
        ("subject", .string(subject)), ("name", .string(reading.name)),
        ("from", .string(reading.from)),
      ]
      switch reading.outcome {
      case .text(let value): members.append(("text", .string(value)))
      case .number(let value): members.append(("number", .integer(value)))
      case .absent(let reason): members.append(("absent", .string(reason)))
      }
    case .end:
      members = [("end", .bool(true))]
    }
    return JSONValue.object(members).canonicalBytes() + [UInt8(ascii: "\n")]
  }

  /// Reads a line without its line feed; nil for what no helper writes.
  package init?(parsing line: [UInt8]) {
    guard let root = (try? JSONDocument(parsing: line))?.root, root.type == .object else {
      return nil
    }
    if root["end"]?.bool == true {
      self = .end
      return
    }
    guard let subject = root["subject"]?.text, let name = root["name"]?.text else { return nil }
    if let function = root["calling"]?.text {
      self = .calling(subject: subject, name: name, function: function)
      return
    }
    guard let from = root["from"]?.text else { return nil }
    let outcome: Reading.Outcome
    if let value = root["text"]?.text {
      outcome = .text(value)
    } else if let value = root["number"]?.integer {
      outcome = .number(value)
    } else if let reason = root["absent"]?.text {
      outcome = .absent(reason)
    } else {
      return nil
    }
    self = .reading(subject: subject, Reading(name, from: from, outcome))
  }
}
