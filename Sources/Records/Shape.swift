/// What a value must look like.
///
/// The kinds are tables of these (`Shape+Kinds.swift`, `Shape+Parts.swift`), and one checker walks them
/// (`RecordChecker`): what is refused, what is a reference, what is derivation and what is a set is
/// written down in one place.
indirect enum Shape: Sendable {
  /// The digest of a record of one of these kinds; `derives` where truth flows along it.
  case reference(KindSet, derives: Bool)
  /// A movable name, or the digest of a record.
  case nameOrReference(KindSet)
  /// A digest that is not a reference: nothing has to be there for it.
  case digest
  case text(TextRule)
  case integer(ClosedRange<Int64>)
  case number(ClosedRange<Double>)
  /// `[low, high]`: two numbers, the first not above the second.
  case interval
  case oneOf([StaticString])
  /// `YYYY-MM-DDThh:mm:ss.ffffffZ`.
  case time
  /// Any JSON object that is not empty and holds no null.
  case free
  case object([Member], rules: [Rule])
  /// An object whose keys are identifiers and whose values have one shape.
  case map(Shape, count: ClosedRange<Int>)
  /// Order matters and is kept.
  case list(Shape, count: ClosedRange<Int>)
  /// Sorted and unique by the bytes of the element; where there are `keys`, by the bytes of those of
  /// its members, in turn.
  case set(Shape, keys: [StaticString], count: ClosedRange<Int>)

  struct Member: Sendable {
    let name: StaticString
    let shape: Shape
    let isRequired: Bool
  }

  /// What the members of an object must be to each other.
  enum Rule: Sendable {
    /// Exactly one of these members is there.
    case exactlyOne([StaticString])
    /// At least one member is there.
    case notEmpty
    /// `member` is there only beside one of `others`.
    case needs(StaticString, oneOf: [StaticString])
    /// `member` is there exactly when `other` is the text `value`.
    case present(StaticString, when: StaticString, is: StaticString)
    /// The two members, where both are there, are different texts.
    case differ(StaticString, StaticString)
  }
}

// MARK: How the tables are written

extension Shape {
  static func object(_ members: Member..., rules: Rule...) -> Shape {
    .object(sorted(members), rules: rules)
  }

  static func set(of element: Shape, by keys: StaticString..., count: ClosedRange<Int> = many)
    -> Shape
  {
    .set(element, keys: keys, count: count)
  }

  /// A reference along which truth flows (FORMAT.md section 3).
  static func derivedFrom(_ kinds: Kind...) -> Shape {
    .reference(KindSet(kinds), derives: true)
  }

  /// Any other reference: shown, never crossed.
  static func associated(with kinds: Kind...) -> Shape {
    .reference(KindSet(kinds), derives: false)
  }

  /// An association with a record of any kind.
  static let associatedWithAny = Shape.reference(.any, derives: false)

  static func nameOr(_ kinds: Kind...) -> Shape { .nameOrReference(KindSet(kinds)) }

  static let number = Shape.number(-Double.infinity...Double.infinity)

  static let many = 1...10_000
  static let noneOrMany = 0...10_000

  /// The largest integer that every JSON reader keeps: 2^53 − 1.
  static let largestInteger: Int64 = 9_007_199_254_740_991

  /// Tables are walked in canonical order, so that references come out in the order in which they
  /// stand in the canonical bytes, whatever order the client wrote and the table was written in.
  static func sorted(_ members: [Member]) -> [Member] {
    members.sorted { $0.name.description.utf8.lexicographicallyPrecedes($1.name.description.utf8) }
  }
}

extension Shape.Member {
  static func required(_ name: StaticString, _ shape: Shape) -> Self {
    Self(name: name, shape: shape, isRequired: true)
  }

  /// A member that may be left out; empty it may not be.
  static func optional(_ name: StaticString, _ shape: Shape) -> Self {
    Self(name: name, shape: shape, isRequired: false)
  }
}
