import Canonical
import Judging

/// Tensors whose rows drift each in a direction of its own, some beyond the margin, and all in a common one.
struct RowPair: SimulatedPair {
  /// Rows that drift by twice the margin of a row.
  let driftingShare: Double
  /// Of a row's length, along one fixed direction.
  let commonDrift: Double
  private var reference: [Double] = []
  private var recomputed: [Double] = []

  private static let width = 16

  init(driftingShare: Double, commonDrift: Double) {
    (self.driftingShare, self.commonDrift) = (driftingShare, commonDrift)
  }

  var items: Int { reference.count / Self.width }

  mutating func grow(to items: Int, _ draws: inout Draws) {
    for _ in self.items..<items {
      let row = (0..<Self.width).map { _ in draws.normal() }
      let noise = (0..<Self.width).map { _ in draws.normal() }
      let length = Self.length(row)
      let drift = draws.isHit(driftingShare) ? 0.032 : 0.004 + 0.008 * draws.uniform()
      let along = commonDrift / Double(Self.width).squareRoot()
      let scale = drift / Self.length(noise)
      reference += row
      recomputed += zip(row, noise).map { $0 + length * (scale * $1 + along) }
    }
  }

  private static func length(_ row: [Double]) -> Double {
    row.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  func judgement(_ terms: Terms) throws -> Judgement {
    let form = TensorForm(shape: [items, Self.width], storage: "F64")
    var judge = TensorJudge(terms: terms, reference: form, recomputed: form)
    try judge.add(reference.span, recomputed.span)
    return try judge.judgement()
  }

  var data: [(String, JSONValue)] {
    [
      ("width", .count(Self.width)), ("reference", .numbers(reference)),
      ("recomputed", .numbers(recomputed)),
    ]
  }
}

extension JSONValue {
  static func numbers(_ values: [Double]) -> JSONValue { .array(values.map(JSONValue.double)) }
  static func counts(_ values: [Int]) -> JSONValue { .array(values.map(JSONValue.count)) }
}
