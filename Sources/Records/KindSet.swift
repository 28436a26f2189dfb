/// A set of kinds, as cheap as an integer: every reference carries one.
package struct KindSet: Hashable, Sendable {
  private var bits: UInt32

  package init(_ kinds: Kind...) { self.init(kinds) }

  package init(_ kinds: [Kind]) {
    bits = kinds.reduce(0) { $0 | Self.bit(of: $1) }
  }

  private init(bits: UInt32) { self.bits = bits }

  package static let any = KindSet(bits: .max)

  package func isDisjoint(with other: KindSet) -> Bool { bits & other.bits == 0 }

  package mutating func insert(_ kind: Kind) { bits |= Self.bit(of: kind) }

  package func contains(_ kind: Kind) -> Bool { bits & Self.bit(of: kind) != 0 }

  private static func bit(of kind: Kind) -> UInt32 { 1 << UInt32(kind.rawValue) }
}
