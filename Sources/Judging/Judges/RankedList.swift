internal import Glibc

/// The answer to one query: ids, the best first, and perhaps their scores.
package struct RankedList: Sendable, Equatable {
  package let ids: [[UInt8]]
  /// One for each id; nil where none were stored.
  package let scores: [Double]?

  /// - Precondition: as many scores as ids.
  package init(ids: [[UInt8]], scores: [Double]? = nil) {
    precondition(scores.map { $0.count == ids.count } ?? true, "a score for each id")
    self.ids = ids
    self.scores = scores
  }

  var hasDuplicates: Bool { Set(ids).count != ids.count }

  /// How far the scores of two lists part, relative to the reference's largest; nil without scores. An id
  /// that only one list has counts with half of what it lies above that list's last: it may be just behind
  /// the other's end.
  static func scoreDrift(_ reference: RankedList, _ recomputed: RankedList) -> Double? {
    guard let ours = reference.scores, let theirs = recomputed.scores else { return nil }
    let size = ours.map(\.magnitude).max() ?? 0
    var widest = 0.0
    let places = Dictionary(
      zip(recomputed.ids, theirs), uniquingKeysWith: { first, _ in first })
    for (id, score) in zip(reference.ids, ours) {
      widest = max(widest, places[id].map { ($0 - score).magnitude } ?? half(score, ours))
    }
    let known = Set(reference.ids)
    for (id, score) in zip(recomputed.ids, theirs) where !known.contains(id) {
      widest = max(widest, half(score, theirs))
    }
    return widest == 0 ? 0 : widest / size
  }

  private static func half(_ score: Double, _ scores: [Double]) -> Double {
    (score - (scores.last ?? score)).magnitude / 2
  }

  /// Extrapolated rank-biased overlap (Webber, Moffat and Zobel 2010, equation 32): 1 for equal lists of
  /// any length. A shorter list has nothing where it ends.
  static func overlap(_ a: RankedList, _ b: RankedList, persistence p: Double = 0.9) -> Double {
    let depth = max(a.ids.count, b.ids.count)
    guard depth > 0 else { return 1 }
    var seen: (a: Set<[UInt8]>, b: Set<[UInt8]>) = ([], [])
    var common = 0
    var weight = 1.0
    var sum = 0.0
    for d in 0..<depth {
      let x = d < a.ids.count ? a.ids[d] : nil
      let y = d < b.ids.count ? b.ids[d] : nil
      if let x, x == y {
        common += 1
      } else {
        if let x, seen.b.contains(x) { common += 1 }
        if let y, seen.a.contains(y) { common += 1 }
      }
      if let x { seen.a.insert(x) }
      if let y { seen.b.insert(y) }
      weight *= p
      sum += Double(common) / Double(d + 1) * weight
    }
    return Double(common) / Double(depth) * weight + (1 - p) / p * sum
  }
}
