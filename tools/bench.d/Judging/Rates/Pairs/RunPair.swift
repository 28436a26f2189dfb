import Canonical
import Glibc
import Judging

/// One normal number a run, such as an accuracy over seeds.
struct RunPair: SimulatedPair {
  /// Of the mean, in deviations of the reference.
  let shift: Double
  /// Of the recomputed runs; the reference's is 1.
  let deviation: Double
  private var reference: [Double] = []
  private var recomputed: [Double] = []

  init(shift: Double, deviation: Double) {
    (self.shift, self.deviation) = (shift, deviation)
  }

  var items: Int { reference.count }

  mutating func grow(to items: Int, _ draws: inout Draws) {
    for _ in self.items..<items {
      reference.append(10 + draws.normal())
      recomputed.append(10 + shift + deviation * draws.normal())
    }
  }

  func judgement(_ terms: Terms) -> Judgement {
    SampleJudge.judgement(terms: terms, reference: reference, recomputed: recomputed)
  }

  var data: [(String, JSONValue)] {
    [("reference", .numbers(reference)), ("recomputed", .numbers(recomputed))]
  }
}

/// Training curves of many seeds: one course, a level of each seed's own and noise at each step.
struct CurvePair: SimulatedPair {
  /// Of the level, in deviations of the reference's.
  let shift: Double
  private var reference: [Curve] = []
  private var recomputed: [Curve] = []

  init(shift: Double) { self.shift = shift }

  var items: Int { reference.count }

  mutating func grow(to items: Int, _ draws: inout Draws) {
    for _ in self.items..<items {
      reference.append(Self.curve(shift: 0, &draws))
      recomputed.append(Self.curve(shift: shift, &draws))
    }
  }

  private static func curve(shift: Double, _ draws: inout Draws) -> Curve {
    let level = 0.1 * (draws.normal() + shift)
    let losses = (0..<40).map { step in
      exp(-0.05 * Double(step) + level + 0.01 * draws.normal())
    }
    return Curve(steps: Array(0..<40), losses: losses)
  }

  func judgement(_ terms: Terms) -> Judgement {
    CurveJudge.judgement(terms: terms, reference: reference, recomputed: recomputed)
  }

  var data: [(String, JSONValue)] {
    [
      ("reference", .array(reference.map { .numbers($0.losses) })),
      ("recomputed", .array(recomputed.map { .numbers($0.losses) })),
    ]
  }
}
