/// What judging needs of an output when its bytes are gone: `output.summary`. At most 64 KiB as text.
///
/// Two summaries can be compared where they were made with one seed (of the view, see `seed(view:)`) by one
/// version. What they cannot show is said by the verdict: `from_summaries`, and never more than the
/// items they hold.
package struct Summary: Sendable, Equatable {
  package static let version = 1

  package let type: OutputType
  package let items: Int
  package let seed: UInt64
  package let content: Content

  package enum Content: Sendable, Equatable {
    /// Rows of numbers: a tensor's, or probabilities'.
    case rows(RowSummary)
    /// The labels of the kept items.
    case labels([Int32])
    /// All numbers, as they are.
    case numbers([Double])
    /// 64-bit hashes of the kept items: tokens, texts, rankings.
    case prints([UInt64])
  }

  /// How many items are kept at most, by what is kept of each.
  static let mostRows = 96
  static let mostLabels = 4096
  static let mostNumbers = 2048
  static let mostPrints = 2048

  package init(type: OutputType, items: Int, seed: UInt64, content: Content) {
    self.type = type
    self.items = items
    self.seed = seed
    self.content = content
  }

  /// The seed of all summaries of a view's outputs.
  package static func seed(view: String) -> UInt64 {
    SeedRule.unnamed.seed(test: "summary:" + view)
  }

  /// A summary of labels: those of one item in each of at most 4,096 parts.
  package static func labels(_ labels: [Int32], seed: UInt64) -> Summary {
    let strata = Strata(items: labels.count, at: mostLabels, seed: seed)
    return Summary(
      type: .labels, items: labels.count, seed: seed,
      content: .labels(strata.items.map { labels[$0] }))
  }

  /// A summary of numbers, which are kept as they are; nil for more than 2,048.
  package static func scalars(_ numbers: [Double], seed: UInt64) -> Summary? {
    guard numbers.count <= mostNumbers else { return nil }
    return Summary(
      type: .scalars, items: numbers.count, seed: seed, content: .numbers(numbers))
  }

  /// A summary of items that are equal or not: hashes (of canonical bytes, by the caller) of one item in
  /// each of at most 2,048 parts.
  package static func prints(_ hashes: [UInt64], type: OutputType, seed: UInt64) -> Summary {
    let strata = Strata(items: hashes.count, at: mostPrints, seed: seed)
    return Summary(
      type: type, items: hashes.count, seed: seed,
      content: .prints(strata.items.map { hashes[$0] }))
  }
}

/// What is kept of rows of numbers.
package struct RowSummary: Sendable, Equatable {
  package let form: TensorForm
  /// Counts of NaN, +infinity and -infinity in all rows.
  package let nonfinite: [Int]
  /// Numbers kept of each row: the row itself, a projection of it, or (probabilities of more classes) its
  /// sums over so many groups.
  package let width: Int
  /// The kept rows, one after the other.
  package let values: [Float]

  package static let mostWidth = 64

  /// Whether `values` are the rows themselves.
  package var isExact: Bool { form.width <= Self.mostWidth }
}
