import Audit
import Canonical

/// How a report is printed.
struct AuditOutput {
  let report: AuditReport
  let seconds: Double

  /// One JSON object on one line.
  var json: [UInt8] {
    let findings = report.findings
    return JSONValue.object(present: [
      "good": .bool(report.isGood), "origin": .string(report.origin),
      "size": report.size.map(JSONValue.integer), "from": .integer(report.from),
      "records": .integer(report.records), "erased": .integer(report.erased),
      "unopenable": .integer(report.unopenable), "bytes": .integer(Int64(report.bytes)),
      "content": report.content.map {
        [
          "checked": .integer($0.checked), "bytes": .integer($0.bytes),
          "erased": .integer($0.erased), "absent": .integer($0.absent),
        ]
      },
      "seconds": .double(seconds), "findingCount": .integer(Int64(findings.count)),
      "firstIndex": findings.firstIndex.map(JSONValue.integer),
      "findings": .array(findings.sorted.map(Self.json)),
      "conflict": report.conflict.map {
        ["kept": .string(Self.text($0.kept)), "shown": .string(Self.text($0.shown))]
      },
    ]).canonicalBytes() + [0x0A]
  }

  static func json(_ finding: Finding) -> JSONValue {
    let place: [(String, JSONValue)] =
      switch finding.place {
      case .index(let index): [("index", .integer(index))]
      case .within(let range):
        [("first", .integer(range.lowerBound)), ("last", .integer(range.upperBound - 1))]
      case .log: []
      }
    return .object(place + [("message", .string(finding.message))])
  }

  /// For people.
  func print() {
    Terminal.print("log         \(report.origin)")
    if let size = report.size { Terminal.print("entries     \(size)") }
    let kept = report.from == 0 ? "" : ", \(report.from) by earlier runs"
    Terminal.print("checked     \(report.records)\(kept)")
    Terminal.print("erased      \(report.erased), of them unopenable \(report.unopenable)")
    if let content = report.content {
      Terminal.print(
        "content     \(content.checked) checked, \(content.bytes) bytes; \(content.erased) erased, \(content.absent) not here"
      )
    }
    Terminal.print("read        \(report.bytes) bytes in \(seconds) s")
    guard !report.isGood else { return Terminal.print("good") }
    let findings = report.findings
    for line in findings.lines { Terminal.print(line) }
    if let first = findings.firstIndex { Terminal.print("first bad index: \(first)") }
    guard let conflict = report.conflict else { return }
    Terminal.print("Both of these are signed. The checkpoint that was kept:\n")
    Terminal.print(Self.text(conflict.kept))
    Terminal.print("The checkpoint that was shown now:\n")
    Terminal.print(Self.text(conflict.shown))
  }

  private static func text(_ note: [UInt8]) -> String { String(decoding: note, as: UTF8.self) }
}
