import Canonical
import Testing

@testable import Judging

@Suite struct SampleTests {
  @Test func meansAndTheirLimits() {
    for row in reference["means"]?.elements.map(\.self) ?? [] {
      let moments = Moments(row["x"]?.numbers ?? [])
      #expect(agree(moments.mean, row["mean"]?.double ?? .nan))
      #expect(agree(moments.variance, row["variance"]?.double ?? .nan))
      #expect((moments.skewness - (row["skewness"]?.double ?? .nan)).magnitude < 1e-9)
      #expect(agree(MeanEstimate(moments).upperLimit(level: 0.05), row["upper"]?.double ?? .nan))
      #expect(agree(MeanEstimate(moments).lowerLimit(level: 0.05), row["lower"]?.double ?? .nan))
    }
    #expect(MeanEstimate(Moments([1])).upperLimit(level: 0.05) == .infinity)
  }

  @Test func welchAndRatioOfDeviations() throws {
    for row in reference["welch"]?.elements.map(\.self) ?? [] {
      let (a, b) = (Moments(row["a"]?.numbers ?? []), Moments(row["b"]?.numbers ?? []))
      let welch = try #require(Welch(a, b))
      #expect(agree(welch.pValue, row["p"]?.double ?? .nan))
      #expect(agree(welch.df, row["df"]?.double ?? .nan))
      let interval = welch.interval(level: 0.05)
      #expect(agree(interval.lowerBound, row["interval"]?.numbers.first ?? .nan))
      #expect(agree(interval.upperBound, row["interval"]?.numbers.last ?? .nan))
      let ratio = try #require(DeviationRatio.interval(a, b, level: 0.05))
      #expect(agree(ratio.lowerBound, row["ratio"]?.numbers.first ?? .nan))
      #expect(agree(ratio.upperBound, row["ratio"]?.numbers.last ?? .nan))
    }
  }

  @Test func energyDistanceByPermutation() {
    for row in reference["energy"]?.elements.map(\.self) ?? [] {
      let values = (row["a"]?.numbers ?? []) + (row["b"]?.numbers ?? [])
      let first = row["a"]?.count ?? 0
      let samples = TwoSample(blocks: [(first, values.count - first)]) { _, i, j in
        (values[i] - values[j]).magnitude
      }
      // SciPy's energy distance is the square root of the same sum.
      #expect(agree(samples.observed(.energy), row["statistic"]?.double ?? .nan, 1e-9))
      let expected = row["p"]?.double ?? .nan
      let p = samples.permute(.energy, rounds: 4999, seed: 7).test.pValue
      let noise = (expected * (1 - expected) * (1 / 4999.0 + 1 / 9999.0)).squareRoot()
      #expect((p - expected).magnitude <= 3 * noise + 1 / 5000.0, "\(p) against \(expected)")
    }
  }

  @Test func signFlip() {
    let vectors = reference["signFlip"]?["x"]?.table ?? []
    let gram = vectors.flatMap { a in vectors.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    let exact = reference["signFlip"]?["p"]?.double ?? .nan
    let p = SignFlip.test(gram: gram, count: vectors.count, rounds: 9999, seed: 1).pValue
    #expect((p - exact).magnitude <= 3 * (exact * (1 - exact) / 9999).squareRoot() + 1e-4)
  }

  @Test func adjustedPValues() {
    for row in reference["adjusted"]?.elements.map(\.self) ?? [] {
      let p = row["p"]?.numbers ?? []
      #expect(zip(Multiplicity.holm(p), row["holm"]?.numbers ?? []).allSatisfy { agree($0, $1) })
      let adjusted = Multiplicity.benjaminiHochberg(p)
      #expect(zip(adjusted, row["bh"]?.numbers ?? []).allSatisfy { agree($0, $1) })
    }
  }

  @Test func eValuesAreRejectedByStep() {
    #expect(
      Multiplicity.eBenjaminiHochberg([100, 1, 30, 0.5], rate: 0.05) == [true, false, false, false])
    #expect(
      Multiplicity.eBenjaminiHochberg([100, 1, 40, 0.5], rate: 0.05) == [true, false, true, false])
    #expect(Multiplicity.eBenjaminiHochberg([79], rate: 0.05) == [true])
    #expect(Multiplicity.eBenjaminiHochberg([19], rate: 0.05) == [false])
  }

  /// The generator is part of the method: these are the first numbers of xoshiro256** from SplitMix64(1).
  @Test func generatorIsPinned() {
    var generator = SeededGenerator(seed: 1)
    #expect(generator.next() == 12_966_619_160_104_079_557)
    #expect(generator.next() == 9_600_361_134_598_540_522)
  }

  /// A look after every item, 2,000 honest sequences at the limit: Ville's bound.
  @Test func eProcessKeepsItsLevelUnderAllLooks() {
    var generator = SeededGenerator(seed: 11)
    var alarms = 0
    for _ in 0..<2000 {
      var failures = 0
      for n in 1...400 {
        if generator.below(100) < 5 {
          failures += 1
          if EProcess.logValue(failures, of: n, limit: 0.05) >= 4.605 {
            alarms += 1
            break
          }
        }
      }
    }
    #expect(alarms <= 33)
    #expect(EProcess.logValue(30, of: 100, limit: 0.05) > 4.605)
  }

  /// Means of exactly the margin, of values with a long tail: at most 5 % are shown to be within it.
  @Test(arguments: [30, 299]) func skewedMeansKeepTheirLevel(n: Int) {
    var draws = NormalDraws(seed: 17)
    var within = 0
    var beyond = 0
    let rounds = n == 30 ? 1500 : 400
    for _ in 0..<rounds {
      let values = Moments(
        (0..<n).map { _ in
          let z = draws.next()
          return z * z
        })
      let bound = MeanBound(estimate: MeanEstimate(values), limit: 1)
      if bound.isWithin(.single) { within += 1 }
      if bound.isBeyond(.single) { beyond += 1 }
    }
    #expect(Double(within) <= 0.065 * Double(rounds), "\(within) of \(rounds)")
    #expect(Double(beyond) <= 0.015 * Double(rounds), "\(beyond) of \(rounds)")
  }

  /// Values of one cluster are alike: the error is that of the clusters.
  @Test func clustersAreTheUnits() {
    let clusters = (0..<40).map { (sum: $0 % 2 == 0 ? 10.0 : 30.0, count: 10) }
    let estimate = MeanEstimate(clusters: clusters)
    #expect(agree(estimate.mean, 2))
    let alone = MeanEstimate(Moments(clusters.map { $0.sum / 10 }))
    #expect(agree(estimate.standardError, alone.standardError))
  }
}
