internal import Glibc

/// Judges labels that were drawn and do not belong together item by item (facts §3.3): two samples of
/// categories.
package struct LabelDrawsJudge: Sendable {
  private let terms: Terms
  /// How often each category was drawn, on both sides in one order.
  private let reference: [Int]
  private let recomputed: [Int]

  /// Beyond so many draws the G statistic's own distribution is used instead of permutations, which would
  /// say the same and take minutes.
  private static let mostPermuted = 20_000

  /// - Parameter counts: how often each category was drawn, over all outputs of a side; both sides count
  ///   the same categories in the same order.
  package init(terms: Terms, reference: [Int], recomputed: [Int]) {
    precondition(reference.count == recomputed.count, "counts of one list of categories")
    let used = reference.indices.filter { reference[$0] + recomputed[$0] > 0 }
    self.terms = terms
    self.reference = used.map { reference[$0] }
    self.recomputed = used.map { recomputed[$0] }
  }

  package func judgement() -> Judgement {
    let looks = terms.looks
    let (n, m) = (reference.reduce(0, +), recomputed.reduce(0, +))
    guard n > 0, m > 0 else {
      return n == m
        ? Judgement(.bitIdentical, looks: looks.number)
        : .defect(.shape, looks: looks.number, "the sides have \(n) and \(m) labels")
    }
    let margin = terms.contract[.categoryShare]
    // Every category must be shown close (intersection-union), so each may use the whole level.
    let reaches = reference.indices.map { reach($0, n, m, looks.level(Looks.equivalence)) }
    let widest = reaches.indices.max { reaches[$0] < reaches[$1] } ?? 0
    let shift = shares(widest, n, m)
    let p = difference(n, m)
    let isDifferent = p < looks.level(Looks.divergence)
    let bins = Double(reference.count)
    let psiLimit =
      bins > 1 ? (1 / Double(n) + 1 / Double(m)) * ChiSquare.quantile(0.99, df: bins - 1) : 0
    var judgement = Judgement(
      .inconclusive,
      tests: [
        .init(
          "category_share.max", (shift.b - shift.a).magnitude,
          interval: 0...max(reaches[widest], (shift.b - shift.a).magnitude), threshold: margin),
        .init("g_test", g(reference, recomputed), pValue: p, threshold: Looks.divergence),
        .init("psi", stabilityIndex(n, m), threshold: psiLimit),
      ], looks: looks.number,
      findings: ["\(n) and \(m) draws of \(reference.count) categories"])
    if reaches[widest] <= margin {
      judgement.verdict = .statisticallyEquivalent
      if isDifferent { judgement.flags.insert(.detectable) }
    } else if isDifferent {
      judgement.verdict = .divergent
    } else {
      let ratio = reaches[widest] / max(margin - (shift.b - shift.a).magnitude, margin / 10)
      let wanted = Double(min(n, m)) * ratio * ratio
      judgement.need = .init(Int(min(wanted, 1e7)) - min(n, m), of: .items)
    }
    return judgement
  }

  private func shares(_ c: Int, _ n: Int, _ m: Int) -> (a: Double, b: Double) {
    (Double(reference[c]) / Double(n), Double(recomputed[c]) / Double(m))
  }

  /// The larger end of the confidence interval of |difference of shares|, by Agresti and Caffo (2000): one
  /// success and one failure more on each side.
  private func reach(_ c: Int, _ n: Int, _ m: Int, _ level: Double) -> Double {
    let p = Double(reference[c] + 1) / Double(n + 2)
    let q = Double(recomputed[c] + 1) / Double(m + 2)
    let error = (p * (1 - p) / Double(n + 2) + q * (1 - q) / Double(m + 2)).squareRoot()
    return (q - p).magnitude + Normal.quantile(1 - level) * error
  }

  private func difference(_ n: Int, _ m: Int) -> Double {
    let observed = g(reference, recomputed)
    guard reference.count > 1 else { return 1 }
    guard n + m <= Self.mostPermuted else {
      return ChiSquare.upperTail(observed, df: Double(reference.count - 1))
    }
    var labels: [Int32] = []
    for c in reference.indices {
      labels += [Int32](repeating: Int32(c), count: reference[c] + recomputed[c])
    }
    var first = [Int](repeating: 0, count: reference.count)
    let test = MonteCarlo.run(
      rounds: terms.looks.rounds, seed: terms.seeds.seed(test: "g_test"), observed: observed
    ) { generator in
      generator.draw(n, of: &labels)
      for c in first.indices { first[c] = 0 }
      for i in 0..<n { first[Int(labels[i])] += 1 }
      let second = first.indices.map { reference[$0] + recomputed[$0] - first[$0] }
      return g(first, second)
    }
    return test.pValue
  }

  /// Twice the log-likelihood ratio of two distributions against one.
  private func g(_ a: [Int], _ b: [Int]) -> Double {
    let (n, m) = (Double(a.reduce(0, +)), Double(b.reduce(0, +)))
    var sum = 0.0
    for c in a.indices {
      let both = Double(a[c] + b[c])
      if a[c] > 0 { sum += Double(a[c]) * log(Double(a[c]) * (n + m) / (both * n)) }
      if b[c] > 0 { sum += Double(b[c]) * log(Double(b[c]) * (n + m) / (both * m)) }
    }
    return max(0, 2 * sum)
  }

  /// The population stability index, with half a draw in every category. Reported because people ask for
  /// it; its threshold is its own 99 % quantile (Yurdakul and Naranjo 2020), not a rule of thumb.
  private func stabilityIndex(_ n: Int, _ m: Int) -> Double {
    let bins = Double(reference.count)
    return reference.indices.reduce(0) { sum, c in
      let p = (Double(reference[c]) + 0.5) / (Double(n) + 0.5 * bins)
      let q = (Double(recomputed[c]) + 0.5) / (Double(m) + 0.5 * bins)
      return sum + (q - p) * log(q / p)
    }
  }
}
