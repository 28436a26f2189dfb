import Canonical
import Testing

@testable import Judging

@Suite struct DistributionTests {
  private func table(_ name: [UInt8]) -> [[Double]] {
    let rows = reference.member(name)?.table ?? []
    #expect(!rows.isEmpty)
    return rows
  }

  @Test func incompleteBeta() {
    for row in table(Array("beta".utf8)) {
      #expect(agree(IncompleteBeta.value(row[0], row[1], row[2]), row[3]), "\(row)")
      #expect(agree(IncompleteBeta.upperTail(row[0], row[1], row[2]), row[4]), "\(row)")
    }
  }

  @Test func inverseOfIncompleteBeta() {
    for row in table(Array("betaInverse".utf8)) {
      #expect(agree(IncompleteBeta.inverse(row[0], row[1], row[2]), row[3]), "\(row)")
    }
  }

  @Test func normalQuantile() {
    for row in table(Array("normal".utf8)) {
      #expect(agree(Normal.quantile(row[0]), row[1]), "\(row)")
    }
  }

  @Test func tQuantile() {
    for row in table(Array("t".utf8)) {
      let t = StudentT.quantile(row[0], df: row[1])
      #expect(agree(t, row[2]) || (t - row[2]).magnitude < 1e-12, "\(row) \(t)")
      #expect(agree(StudentT.probability(row[2], df: row[1]), row[0], 1e-8), "\(row)")
    }
  }

  @Test func fQuantile() {
    for row in table(Array("f".utf8)) {
      #expect(agree(FDistribution.quantile(row[0], row[1], row[2]), row[3]), "\(row)")
    }
  }

  @Test func chiSquare() {
    for row in table(Array("chi2".utf8)) {
      #expect(agree(ChiSquare.quantile(row[0], df: row[1]), row[2]), "\(row)")
    }
    for row in table(Array("chi2sf".utf8)) {
      #expect(agree(ChiSquare.upperTail(row[0], df: row[1]), row[2]), "\(row)")
    }
  }

  @Test func clopperPearson() {
    for row in table(Array("clopperPearson".utf8)) {
      let (k, n) = (Int(row[0]), Int(row[1]))
      #expect(agree(ClopperPearson.upper(k, of: n, level: row[2]), row[3]), "\(row)")
      #expect(agree(ClopperPearson.lower(k, of: n, level: row[2]), row[4]), "\(row)")
    }
  }

  /// The plan of facts/judging.md: zero failures allowed.
  @Test(arguments: [(0.1, 29), (0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598), (0.001, 2995)])
  func trialsForZeroFailures(limit: Double, trials: Int) {
    #expect(ClopperPearson.trials(for: 0, within: limit, level: 0.05) == trials)
    #expect(ClopperPearson.upper(0, of: trials, level: 0.05) <= limit)
    #expect(ClopperPearson.upper(0, of: trials - 1, level: 0.05) > limit)
  }

  @Test(arguments: [1, 2, 7, 40])
  func trialsForSomeFailures(failures: Int) {
    let trials = ClopperPearson.trials(for: failures, within: 0.05, level: 0.05)
    #expect(ClopperPearson.upper(failures, of: trials, level: 0.05) <= 0.05)
    #expect(ClopperPearson.upper(failures, of: trials - 1, level: 0.05) > 0.05)
  }
}
