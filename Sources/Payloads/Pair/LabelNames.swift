internal import Judging

/// Gives labels, which are numbers or names, the numbers that a judge counts by: one set for both sides.
struct LabelNames {
  private let layout: Layout
  private var numbers: [[UInt8]: Int32] = [:]
  private let declared: Int?
  private var areNames: Bool?

  /// More names than this are not labels.
  private static let mostNames = 1 << 18

  init(_ layout: Layout) {
    self.layout = layout
    switch layout.classes {
    case .count(let count): declared = count
    case .names(let names):
      declared = names.count
      for (number, name) in names.enumerated() { numbers[name] = Int32(clamping: number) }
      areNames = true
    case nil: declared = nil
    }
  }

  /// How many labels were declared; nil for any number.
  var classes: Int? { declared }

  /// The number of a row's label. Names that were not declared get numbers beyond those that were.
  mutating func number(_ row: Row) throws(PayloadError) -> Int32 {
    let name = layout.name(.label)
    let cell = try row.needed(name)
    let isCounted = if case .count = layout.classes { true } else { false }
    if case .text(let bytes) = cell, !isCounted { return try number(of: bytes, row) }
    guard areNames != true else { throw row.refuse("a label that is a number among names") }
    areNames = false
    guard let number = Int32(exactly: try row.number(name)) else {
      throw row.refuse("a label that is no whole number of 32 bits")
    }
    return number
  }

  private mutating func number(of bytes: [UInt8], _ row: Row) throws(PayloadError) -> Int32 {
    guard areNames != false else { throw row.refuse("a label that is a name among numbers") }
    areNames = true
    if let known = numbers[bytes] { return known }
    guard numbers.count < Self.mostNames else {
      throw row.refuse("more than \(Self.mostNames) different labels")
    }
    let next = Int32(clamping: numbers.count)
    numbers[bytes] = next
    return next
  }
}
