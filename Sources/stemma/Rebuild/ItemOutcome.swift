import Canonical
import Judging
import Lineage
import Records
import StemmaCrypto
import Worker

/// What came of one lease.
struct ItemOutcome {
  enum What {
    /// An output was made, and how it compares.
    case made(Digest, SiblingJudge.Outcome)
    /// There was one already.
    case found(Digest)
    /// Why, and the end of what the executor said.
    case failed(String, said: [UInt8])
    /// Somebody else has the item.
    case lost
    /// Given back, since the worker was told to stop.
    case stopped
  }

  let item: WorkItem
  let what: What
  let seconds: Double

  var divergent: SiblingJudge.Finding? {
    guard case .made(_, .judged(let finding)) = what, finding.verdict != nil,
      finding.judgement.verdict == .divergent
    else { return nil }
    return finding
  }

  /// One line, or more where something is wrong.
  var text: String {
    let view = "\(item.view.digest)"
    switch what {
    case .made(let output, let judged):
      return "made    \(view)  output \(output)  \(tenths) s\(Self.text(judged))"
    case .found(let output): return "found   \(view)  output \(output)"
    case .failed(let reason, let said):
      let lines = String(decoding: said, as: UTF8.self).split(separator: "\n").suffix(10)
      return (["failed  \(view)  attempt \(item.attempt): \(reason)"] + lines.map { "    \($0)" })
        .joined(separator: "\n")
    case .lost: return "lost    \(view)  the lease was over, somebody else is at it"
    case .stopped: return "stopped \(view)  given back"
    }
  }

  private var tenths: String {
    let tenths = Int((seconds * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func text(_ judged: SiblingJudge.Outcome) -> String {
    switch judged {
    case .nothing: return ""
    case .impossible(let why): return "\n    not judged: \(why)"
    case .judged(let finding):
      let kind = finding.verdict == nil ? "drift from the predecessor's" : "against"
      let lines = finding.judgement.text.split(separator: "\n").map(String.init)
      return "\n    \(kind) \(finding.against): " + lines.joined(separator: "\n    ")
    }
  }

  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("item", .string(item.item)), ("view", .string(item.view.digest.description)),
      ("attempt", .integer(item.attempt)), ("seconds", .double(seconds)),
    ]
    switch what {
    case .made(let output, let judged):
      members += [("outcome", "made"), ("output", .string(output.description))]
      switch judged {
      case .nothing: break
      case .impossible(let why): members.append(("notJudged", .string(why)))
      case .judged(let finding):
        members += [
          ("against", .string(finding.against.description)),
          (finding.verdict == nil ? "drift" : "judgement", finding.judgement.json),
        ]
        if let verdict = finding.verdict {
          members.append(("verdict", .string(verdict.description)))
        }
      }
    case .found(let output):
      members += [("outcome", "found"), ("output", .string(output.description))]
    case .failed(let reason, let said):
      members += [
        ("outcome", "failed"), ("reason", .string(reason)), ("stderr", .string(Self.line(said))),
      ]
    case .lost: members.append(("outcome", "lost"))
    case .stopped: members.append(("outcome", "stopped"))
    }
    return .object(members)
  }

  /// As JSON can hold it.
  static func line(_ said: [UInt8]) -> String {
    String(decoding: said.map { $0 == 0 ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
  }
}
