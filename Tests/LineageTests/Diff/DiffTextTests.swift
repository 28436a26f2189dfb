import Canonical
import Lineage
import Records
import StemmaCrypto
import Testing

@Suite struct DiffTextTests {
  @Test func saysWhatDiffersAndWhatIsTheSame() throws {
    let lines = try text { $0.parameters = ["c": 0.1, "steps": ["warm": 10, "all": 400]] }
    #expect(lines[0].hasPrefix("A  output model, key run/0/0, application/octet-stream, 7 B, on "))
    #expect(
      lines[2..<7] == [
        "", "Their bytes are the same.", "", "Where they part:",
        "  1. context /parameters/c: 0.01 in A, 0.1 in B",
      ])
    #expect(lines[7].hasPrefix("     prescribed, at view › context, A "))
    #expect(lines.contains { $0.hasPrefix("  view › inputs “data”: input text/csv, 4 B  ") })
  }

  @Test func saysThatNothingWasPrescribedDifferently() throws {
    let lines = try text { ($0.driver, $0.result) = ("580.10", "other") }
    #expect(
      lines[3] == "Their bytes differ. Both are outputs of one view: the same was prescribed.")
    #expect(lines[6] == #"  1. device /driver: "570.86.15" in A, "580.10" in B"#)
    let unexplained = try text { $0.result = "other" }
    #expect(unexplained[6] == "  1. Other bytes came out, and nothing that is recorded says why.")
    #expect(unexplained[7].hasPrefix("     not known, at the records themselves, A "))
    #expect(
      try text { _ in }[3]
        == "Their bytes are the same. Both are outputs of one view: the same was prescribed. Nothing that is recorded differs."
    )
  }

  @Test func saysWhatOnlyOneHasAndWhatCannotBeRead() throws {
    var made = MadeRecords()
    let extra = try made.input("extra")
    let a = try TrainingRun(inputs: [("more", extra)]).record(in: &made)
    let b = try TrainingRun(parameters: ["c": 1], run: 1).record(in: &made)
    try made.erase(b.context)
    let lines = try made.text(a.first, b.first)
    #expect(lines.contains { $0.contains("only A has input “more”: input text/csv, 5 B") })
    #expect(
      lines.contains {
        $0.hasSuffix("context cannot be compared: that of B was erased or not sent.")
      })
  }

  @Test func saysWhatIsNotTheReason() throws {
    let lines = try text { $0.parameters = ["c": 1] }
    #expect(!lines.joined().contains("Not the reason"))
    var made = MadeRecords()
    let runs = try ["raw", "other raw"].enumerated().map { run, raw in
      let cleaned = try TrainingRun(data: raw, result: "cleaned", run: 2 * run)
        .record(in: &made).first
      return try TrainingRun(
        result: "r\(run)", inputs: [("clean", cleaned)], run: 2 * run + 1
      ).record(in: &made).first
    }
    #expect(
      try made.text(runs[0], runs[1]).contains {
        $0.hasSuffix("(Not the reason: what came of it has the same bytes in both.)")
      })
  }

  @Test func isHarmlessWhateverARecordHolds() throws {
    let lines = try text { $0.parameters = ["\u{1B}[31m\n": "\u{202E}\u{9B}\r\n"] }
    for line in lines {
      #expect(
        !line.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{9B}" || $0 == "\u{202E}" })
    }
  }

  /// Two runs, of which the second is changed.
  private func text(_ change: (inout TrainingRun) -> Void) throws -> [String] {
    var made = MadeRecords()
    var other = TrainingRun(run: 1)
    change(&other)
    let (a, b) = (try TrainingRun().record(in: &made), try other.record(in: &made))
    return try made.text(a.first, b.first)
  }
}

extension MadeRecords {
  fileprivate func text(_ a: Digest, _ b: Digest) throws -> [String] {
    let (first, second) = (try lineage(of: a), try lineage(of: b))
    return DiffText(try LineageDiff(first, second), first, second).lines
  }
}
