import Canonical
import Records
import SeededRandom
import StemmaCrypto
import Testing

@testable import stemma_bench

@Suite struct WorkloadTests {
  private func bodies(_ workload: some Workload, count: Int = 20) -> [[UInt8]] {
    var workload = workload
    let foundations = workload.foundations()
    return foundations + (0..<count).map { _ in workload.next() }
  }

  @Test func aSeedIsARun() {
    #expect(bodies(TrainingWorkload(seed: 7)) == bodies(TrainingWorkload(seed: 7)))
    #expect(bodies(TrainingWorkload(seed: 7)) != bodies(TrainingWorkload(seed: 8)))
    #expect(bodies(DecisionWorkload(seed: 7)) == bodies(DecisionWorkload(seed: 7)))
    #expect(bodies(DecisionWorkload(seed: 7)) != bodies(DecisionWorkload(seed: 8)))
  }

  @Test func trainingCommitsAreAcceptable() throws {
    try check(TrainingWorkload(seed: 1, poolSize: 600))
  }

  @Test func decisionCommitsAreAcceptable() throws {
    try check(DecisionWorkload(seed: 1))
  }

  /// Every record is what the store would make of it, rests only on what came before, and is new.
  private func check<Load: Workload>(_ workload: Load) throws {
    var workload = workload
    var known = Set<Digest>()
    var claims = Set<Claim>()
    func take(_ body: [UInt8]) throws -> Int {
      let root = try JSONDocument(parsing: body).root
      let records = try #require(root["records"])
      for item in records.elements {
        let node = try #require(item["record"])
        let record = try RecordDraft(checking: node).seal(handles: [:])
        #expect(record.canonical == node.canonicalBytes())
        #expect(record.references.allSatisfy { known.contains($0.target) })
        #expect(known.insert(record.digest).inserted)
        for claim in record.claims { #expect(claims.insert(claim).inserted) }
      }
      return records.count
    }
    for body in workload.foundations() { _ = try take(body) }
    for _ in 0..<20 { #expect(try take(workload.next()) == Load.recordsPerUnit) }
  }

  @Test func aTrainingExecutionHasTheStatedSizes() throws {
    var workload = TrainingWorkload(seed: 1)
    let root = try JSONDocument(parsing: workload.next()).root
    for item in try #require(root["records"]).elements {
      let record = try #require(item["record"])
      let size = record.canonicalBytes().count
      if record["kind"]?.isText("context") == true { #expect((900...1200).contains(size)) }
      if record["kind"]?.isText("output") == true { #expect((1800...2300).contains(size)) }
    }
  }

  @Test func theFirstOfAPoolIsDrawnTheMostOften() {
    var random = SplitMix64(seed: 1)
    let zipf = Zipf(count: 100)
    var drawn = [Int](repeating: 0, count: 100)
    for _ in 0..<50_000 { drawn[zipf.draw(&random)] += 1 }
    // Number k in proportion to 1/(k+1), the harmonic number of 100 being 5.187.
    for (number, expected) in [(0, 9639), (1, 4819), (9, 964)] {
      #expect(abs(drawn[number] - expected) < expected / 5)
    }
    #expect(drawn[99] > 0)
  }

  @Test(arguments: [(1234.56, "1235"), (0.0859912, "0.08599"), (-12.344, "-12.34"), (0, "0")])
  func figuresHaveFourDigits(value: Double, text: String) {
    #expect(JSONValue.figure(value).canonicalBytes() == Array(text.utf8))
  }
}
