/// Brings the rows of two unordered outputs together by their keys.
package enum RowAlignment {
  /// Which rows belong together.
  package enum Result: Sendable, Equatable {
    /// For each row of the reference the row of the recomputed output, and whether any moved.
    case aligned([Int], isReordered: Bool)
    case defect(Judgement)
  }

  /// Both sides must have the same keys as often; rows of one key are taken in their order. Keys are
  /// compared as bytes.
  package static func align(
    reference: [[UInt8]], recomputed: [[UInt8]], looks: Looks = .single
  ) -> Result {
    var places: [[UInt8]: [Int]] = [:]
    for (row, key) in recomputed.enumerated().reversed() { places[key, default: []].append(row) }
    var order: [Int] = []
    order.reserveCapacity(reference.count)
    for (row, key) in reference.enumerated() {
      guard let place = places[key]?.popLast() else {
        return .defect(
          .defect(
            .rowKeys, looks: looks.number,
            "the key of the reference's row \(row) is missing: \(text(key))"))
      }
      order.append(place)
    }
    guard reference.count == recomputed.count else {
      let extra = places.values.joined().min() ?? 0
      return .defect(
        .defect(
          .rowKeys, looks: looks.number,
          "row \(extra) of the recomputed output has a key too many: \(text(recomputed[extra]))"))
    }
    return .aligned(order, isReordered: order.enumerated().contains { $0 != $1 })
  }

  private static func text(_ key: [UInt8]) -> String {
    String(decoding: key.prefix(80), as: UTF8.self)
  }
}
