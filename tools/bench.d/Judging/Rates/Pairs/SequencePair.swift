import Canonical
import Judging

/// Token sequences with the evidence of a teacher-forced pass. What the log-probabilities differ by is
/// alike within a sequence: its scale is exponential, a long tail.
struct SequencePair: SimulatedPair {
  /// Mean absolute difference of log-probabilities.
  let meanShift: Double
  private var shifts: [[Double]] = []

  private static let tokens = 40

  init(meanShift: Double) { self.meanShift = meanShift }

  var items: Int { shifts.count }

  mutating func grow(to items: Int, _ draws: inout Draws) {
    for _ in self.items..<items {
      let scale = draws.exponential(mean: meanShift)
      shifts.append(
        (0..<Self.tokens).map { _ in
          draws.exponential(mean: scale) * (draws.isHit(0.5) ? 1 : -1)
        })
    }
  }

  func judgement(_ terms: Terms) throws -> Judgement {
    var judge = TokenJudge(terms: terms, reference: items, recomputed: items)
    let reference = (0..<Int32(Self.tokens)).map(\.self)
    let recomputed = Array(reference.dropLast()) + [-1]
    for sequence in shifts {
      try judge.add(
        reference, recomputed,
        evidence: sequence.map { TokenJudge.Evidence(logProbabilityShift: $0, deficit: 0) })
    }
    return try judge.judgement()
  }

  var data: [(String, JSONValue)] { [("shifts", .array(shifts.map(JSONValue.numbers)))] }
}
