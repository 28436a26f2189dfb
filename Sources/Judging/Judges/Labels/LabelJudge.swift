/// Judges labels that belong together item by item (facts §3.3), as they are read.
///
/// Bare labels have no "almost", so nothing is numerically equivalent: either all are equal or flips are
/// counted.
package struct LabelJudge: Sendable {
  private let terms: Terms
  private let counts: RowCounts
  private let classes: Int32?

  private var items = 0
  private var flips = 0
  /// By class of the reference.
  private var perClass: [Int32: (items: Int, flips: Int)] = [:]
  private var directions = FlipDirections()
  private var hasGaps = false
  private var unexplained = 0
  private var firstFlip: Int?
  private var stranger: (item: Int, label: Int32, isReference: Bool)?

  /// - Parameter classes: labels are the numbers below it; nil where no set was declared.
  package init(terms: Terms, reference: Int, recomputed: Int, classes: Int? = nil) {
    self.terms = terms
    counts = RowCounts(reference: reference, recomputed: recomputed)
    self.classes = classes.map { Int32(clamping: $0) }
  }

  /// Takes in the next item. `gap`: the reference's distance between its two best classes, in probability,
  /// where it was stored.
  package mutating func add(_ reference: Int32, _ recomputed: Int32, gap: Double? = nil) {
    for (label, isReference) in [(reference, true), (recomputed, false)] {
      if let classes, !(0..<classes).contains(label), stranger == nil {
        stranger = (items, label, isReference)
      }
    }
    if gap != nil { hasGaps = true }
    let isFlip = reference != recomputed
    perClass[reference, default: (0, 0)].items += 1
    if isFlip {
      firstFlip = firstFlip ?? items
      flips += 1
      perClass[reference, default: (0, 0)].flips += 1
      directions.add(from: reference, to: recomputed)
      if let gap, let tau = NumericalEnvelope.totalVariation(terms.compute), gap > 2 * tau {
        unexplained += 1
      }
    }
    items += 1
  }

  /// The verdict; throws `blocks` if not all common items were read.
  package func judgement() throws(JudgingError) -> Judgement {
    guard items == counts.common else {
      throw JudgingError(.blocks, "\(items) of \(counts.common) labels were read")
    }
    let looks = terms.looks
    if let defect = counts.defect(isEqual: flips == 0, looks: looks) { return defect }
    if flips == 0 { return Judgement(.bitIdentical, looks: looks.number) }
    if let stranger {
      let side = stranger.isReference ? "the reference" : "the recomputed output"
      return .defect(
        .labelSet, looks: looks.number,
        "item \(stranger.item) of \(side) has label \(stranger.label), which was not declared")
    }
    return decide()
  }

  private func decide() -> Judgement {
    let looks = terms.looks
    let share = ShareBound(failures: flips, trials: items, limit: terms.contract[.flipShare])
    // The classes share one half of the error, the total has the other: a rare class that is wiped out
    // hides in the total.
    let part = 0.5
    let classLimit = terms.contract[.classFlipShare]
    let bounds = perClass.map { label, count in
      (
        label: label,
        bound: ShareBound(failures: count.flips, trials: count.items, limit: classLimit)
      )
    }
    let classPart = part / Double(bounds.count)
    let wiped = bounds.filter { $0.bound.isBeyond(looks, part: classPart) }.map(\.label).sorted()
    let worst = bounds.max { a, b in
      let (x, y) = (
        Double(a.bound.failures) / Double(a.bound.trials),
        Double(b.bound.failures) / Double(b.bound.trials)
      )
      return x != y ? x < y : a.label > b.label
    }
    let allowed = max(1, 1e-4 * Double(items))
    let direction = directions.test(
      rounds: looks.rounds, seed: terms.seeds.seed(test: "flip_direction"))

    var tests = [share.test("flips.share", looks, part: part)]
    if let worst { tests.append(worst.bound.test("flips.worst_class", looks, part: classPart)) }
    tests.append(
      .init(
        "flips.direction", direction.statistic, pValue: direction.test.pValue,
        threshold: Looks.divergence))
    if hasGaps { tests.append(.init("flips.unexplained", Double(unexplained), threshold: allowed)) }
    var judgement = Judgement(
      .inconclusive, tests: tests, looks: looks.number,
      findings: ["\(flips) of \(items) labels flip, the first at item \(firstFlip ?? 0)"])
    if let worst {
      judgement.findings.append(
        "class \(worst.label) flips most: \(worst.bound.failures) of \(worst.bound.trials)")
    }
    if unexplained > 0 { judgement.flags.insert(.unexplainedFlips) }
    if direction.test.pValue < looks.level(Looks.divergence) {
      judgement.flags.insert(.directionalFlips)
    }
    if Double(unexplained) > allowed || !wiped.isEmpty || share.isBeyond(looks, part: part) {
      judgement.verdict = .divergent
    } else if share.isWithin(looks) {
      judgement.verdict = .statisticallyEquivalent
    } else {
      judgement.need = .init(share.need(looks), of: .items)
    }
    return judgement
  }
}
