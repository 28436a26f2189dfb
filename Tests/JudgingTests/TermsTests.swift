import Canonical
import Records
import StemmaCrypto
import Testing

@testable import Judging

@Suite struct TermsTests {
  private func node(_ text: String) throws -> JSONNode {
    try JSONDocument(parsing: Array(text.utf8)).root
  }

  @Test func contractIsReadFromAView() throws {
    let contract = try Contract(
      node(
        #"{"dtypes":["bf16","int8"],"margins":{"row_drift":0.5},"nMax":7,"rows":"keyed"}"#))
    #expect(contract.dtypes == ["bf16", "int8"])
    #expect(contract[.rowDrift] == 0.5 && contract[.rowShare] == 0.05)
    #expect(contract[optional: .scalar] == nil)
    #expect(contract.nMax == 7 && contract.rows == .keyed)
    #expect(contract.admits(ComputeType(named: "int8")) && !contract.admits(.fp32))
    #expect(Contract().admits(.fp32) && !Contract().admits(ComputeType(named: "int8")))
  }

  @Test(arguments: [
    #"{"margins":{"row_drfit":1}}"#, #"{"margins":{"row_drift":-1}}"#, #"{"nMax":0}"#,
    #"{"rows":"sorted"}"#, #"{"dtypes":[]}"#, #"{"dtypes":[1]}"#, #"{"more":1}"#, "[]",
  ])
  func contractsThatAreNotUnderstoodAreRefused(text: String) {
    #expect(throws: JudgingError(.declaration, "")) { try Contract(node(text)) }
  }

  @Test func declarationIsRead() throws {
    let declaration = try Declaration(
      node(
        """
        {"type":"tensor","view":"v","schema":"s","dtypes":["fp32","bf16"],"evidence":"e.npy",
         "device":{"class":"nvidia-a100-40gb","share":{"mode":"mig","profile":"1g.5gb","smCount":14}}}
        """))
    #expect(declaration.type == .tensor && declaration.view == "v" && declaration.schema == "s")
    #expect(declaration.dtypes == [.bf16, .fp32] && declaration.evidence == "e.npy")
    #expect(declaration.device?.name == "nvidia-a100-40gb:mig/1g.5gb/14")
    #expect(throws: JudgingError(.declaration, "")) { try Declaration(node(#"{"type":"x"}"#)) }
    #expect(throws: JudgingError(.declaration, "")) {
      try Declaration(node(#"{"type":"text","x":1}"#))
    }
  }

  @Test func whatIsNotOneQuestionIsNotComparable() {
    let side = Declaration(view: "a", type: .tensor, schema: "s", dtypes: [.fp32])
    func isRefused(
      _ contract: Contract = Contract(), _ change: (inout Declaration) -> Void
    ) -> Bool {
      var other = side
      change(&other)
      switch Terms.admit(reference: side, recomputed: other, contract: contract) {
      case .admitted: return false
      case .refused(let judgement): return judgement.verdict == .notComparable
      }
    }
    #expect(!isRefused { _ in })
    #expect(isRefused { $0.view = "b" })
    #expect(!isRefused { $0.view = nil })
    #expect(isRefused { $0.type = .text })
    #expect(isRefused { $0.schema = "t" })
    #expect(!isRefused { $0.dtypes = [] })
    #expect(isRefused(Contract(dtypes: ["fp32"])) { $0.dtypes = [] })
    #expect(isRefused { $0.dtypes = [ComputeType(named: "int4")] })
    #expect(isRefused(Contract(dtypes: ["fp32"])) { $0.dtypes = [.bf16] })
    #expect(!isRefused(Contract(dtypes: ["fp32", "bf16"])) { $0.dtypes = [.bf16] })
  }

  @Test func theCoarserTypeCounts() {
    let a = Declaration(type: .tensor, dtypes: [.fp32])
    let b = Declaration(type: .tensor, dtypes: [.fp32, .bf16])
    guard
      case .admitted(let terms) = Terms.admit(reference: a, recomputed: b, contract: Contract())
    else {
      Issue.record("refused")
      return
    }
    #expect(terms.compute == .bf16 && terms.computeDiffers)
    #expect(ComputeType.coarsest(of: [.bf16, ComputeType(named: "int8")])?.name == "int8")
    #expect(ComputeType.coarsest(of: [.fp16, .tf32, .fp64])?.unitRoundoff == 0x1p-11)
  }

  @Test func looksShareTheError() {
    #expect(Looks.single.level(0.01) == 0.01)
    let planned = (1...10).map { Looks(number: $0, planned: 10).level(0.01) }.reduce(0, +)
    #expect(agree(planned, 0.01))
    #expect(Looks.single.rounds == 1999 && Looks(number: 3, planned: 10).rounds == 19_999)
    let unplanned = (1...10_000).map { Looks(number: $0).level(0.01) }.reduce(0, +)
    #expect(unplanned <= 0.015)
  }

  /// SHA-256 of the texts one after the other, as facts §5.3 has it.
  @Test func seedIsTheDigestsFirstBytes() {
    let (a, b) = (SHA256.digest(of: [1]), SHA256.digest(of: [2]))
    let rule = SeedRule(view: "v", reference: a, recomputed: b)
    #expect(rule.seed(test: "x") != rule.seed(test: "y"))
    let whole = Array("v\(a)\(b)x\(Judgement.method)".utf8)
    let bytes = SHA256.digest(of: whole).bytes
    #expect(rule.seed(test: "x") == bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// What a judgement becomes is a record that the service takes.
  @Test func recordMembersMakeARecord() throws {
    let judgement = Judgement(
      .inconclusive, flags: [.systematicShift, .shape],
      tests: [
        .init("row_drift.max", .infinity, interval: 0...(.infinity), pValue: 0.5, threshold: 1e17)
      ], need: .init(3, of: .items), looks: 2)
    let outputs: JSONValue = .array(
      [[1], [2]].map { SHA256.digest(of: $0) }.sorted().map { .string("\($0)") })
    let record: JSONValue = .object(
      [("kind", "verdict"), ("v", 1), ("outputs", outputs)] + judgement.recordMembers)
    #expect(throws: Never.self) { try Record(canonical: record.canonicalBytes()) }
  }

  @Test func theWeakestOfSeveralSpeaks() {
    let same = Judgement(.bitIdentical)
    let close = Judgement(.statisticallyEquivalent, flags: [.detectable])
    let far = Judgement(.divergent, findings: ["here"])
    let open = Judgement(.inconclusive, flags: [.noEvidence])
    #expect(Judgement.weakest(of: [])?.verdict == nil)
    #expect(Judgement.weakest(of: [same]) == same)
    #expect(Judgement.weakest(of: [close, same])?.verdict == .statisticallyEquivalent)
    let all = Judgement.weakest(of: [close, far, open, same])
    #expect(all?.verdict == .divergent && all?.flags == [.detectable, .noEvidence])
    #expect(all?.findings.count == 2)
  }

  @Test(arguments: [
    (0.0, "0"), (1.0, "1"), (-12.345, "-12.35"), (1234, "1234"), (123_456, "123500"),
    (0.05, "0.05"), (0.000_123_4, "1.234e-4"), (1e7, "1e7"), (9.9999, "10"), (3.2e-12, "3.2e-12"),
  ])
  func shortNumbers(value: Double, text: String) { #expect(fourDigits(value) == text) }
}
