import Canonical
import Judging
import Lineage
import Records
import StemmaCrypto
import Worker

/// What came of one lease, or of one output that was judged later.
struct ItemOutcome {
  enum What {
    /// An output was made, and how it compares.
    case made(Digest, SiblingJudge.Outcome)
    /// One that somebody made who was killed before it was judged.
    case judged(Digest, SiblingJudge.Outcome)
    /// There was one already.
    case found(Digest)
    /// Why, and the end of what the executor said.
    case failed(String, said: [UInt8])
    /// Somebody else has the item.
    case lost
    /// Given back, since the worker was told to stop.
    case stopped
  }

  let item: String
  let view: Digest
  let attempt: Int64
  let what: What
  let seconds: Double

  var judged: (output: Digest, finding: SiblingJudge.Finding?)? {
    switch what {
    case .made(let output, .judged(let finding)), .judged(let output, .judged(let finding)):
      (output, finding)
    default: nil
    }
  }

  /// One line, or more where something is wrong.
  var text: String {
    switch what {
    case .made(let output, let judged):
      return "made    \(view)  output \(output)  \(tenths) s\(Self.text(judged))"
    case .judged(let output, let judged):
      return "judged  \(view)  output \(output)\(Self.text(judged))"
    case .found(let output): return "found   \(view)  output \(output)"
    case .failed(let reason, let said):
      let lines = String(decoding: said, as: UTF8.self).split(separator: "\n").suffix(10)
      return (["failed  \(view)  attempt \(attempt): \(reason)"] + lines.map { "    \($0)" })
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
      ("item", .string(item)), ("view", .string(view.description)),
      ("attempt", .integer(attempt)), ("seconds", .double(seconds)),
    ]
    switch what {
    case .made(let output, let judged):
      members += [("outcome", "made"), ("output", .string(output.description))]
      members += Self.members(judged)
    case .judged(let output, let judged):
      members += [("outcome", "judged"), ("output", .string(output.description))]
      members += Self.members(judged)
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

  private static func members(_ judged: SiblingJudge.Outcome) -> [(String, JSONValue)] {
    switch judged {
    case .nothing: []
    case .impossible(let why): [("notJudged", .string(why))]
    case .judged(let finding):
      [
        ("against", .string(finding.against.description)),
        (finding.verdict == nil ? "drift" : "judgement", finding.judgement.json),
      ] + (finding.verdict.map { [("verdict", .string($0.description))] } ?? [])
    }
  }

  /// As JSON can hold it.
  static func line(_ said: [UInt8]) -> String {
    String(decoding: said.map { $0 == 0 ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
  }
}
