import Audit
import Canonical
import StemmaCrypto

/// How what a bundle holds is printed.
struct BundleOutput {
  let report: BundleReport

  /// One JSON object on one line.
  var json: [UInt8] {
    JSONValue.object(present: [
      "good": .bool(report.isGood), "origin": report.origin.map(JSONValue.string),
      "size": report.size.map(JSONValue.integer),
      "root": report.header.map { .string($0.root.description) },
      "at": report.header.map { .integer($0.at) },
      "records": .integer(report.records), "erased": .integer(report.erased),
      "unopenable": .integer(report.unopenable), "contents": .integer(report.contents),
      "contentBytes": .integer(report.contentBytes),
      "contentsAbsent": .integer(report.contentsAbsent),
      "findingCount": .integer(Int64(report.findings.count)),
      "firstIndex": report.findings.firstIndex.map(JSONValue.integer),
      "findings": .array(report.findings.sorted.map(AuditOutput.json)),
    ]).canonicalBytes() + [0x0A]
  }

  /// For people.
  func print() {
    if let origin = report.origin { Terminal.print("log         \(origin)") }
    if let size = report.size { Terminal.print("entries     \(size)") }
    if let header = report.header {
      Terminal.print("lineage of  \(header.root)")
      Terminal.print("at          \(header.at)")
    }
    Terminal.print("records     \(report.records)")
    Terminal.print("erased      \(report.erased), of them unopenable \(report.unopenable)")
    Terminal.print(
      "contents    \(report.contents) of \(report.contentBytes) bytes, \(report.contentsAbsent) not in it"
    )
    if report.unopenable > 0 {
      Terminal.print(
        "unverifiable: what \(report.unopenable) of them say and rest on, as their nonces were destroyed"
      )
    }
    guard !report.isGood else {
      return Terminal.print("good: as much as is in it; what was left out beside it cannot be seen")
    }
    for line in report.findings.lines { Terminal.print(line) }
    if let first = report.findings.firstIndex { Terminal.print("first bad index: \(first)") }
  }
}
