/// The precision in which an output was *effectively* computed: not the type that it is stored in.
///
/// TF32 and the bf16 passes of a TPU are stored as fp32 and computed as what they are; tolerance
/// follows the computation.
package struct ComputeType: Hashable, Sendable {
  /// As a record says it: `bf16`.
  package let name: String
  /// Half the distance of 1 to the next number; nil for a type that this version does not know, which
  /// has no numerical envelope.
  package let unitRoundoff: Double?

  /// The type of that name. A name that is not known gives a type without an envelope.
  package init(named name: String) {
    self.name = name
    unitRoundoff = Self.roundoffs[name]
  }

  /// Mantissa bits with the hidden one give the exponent: fp32 has 24.
  private static let roundoffs: [String: Double] = [
    "fp64": 0x1p-53, "fp32": 0x1p-24, "tf32": 0x1p-11, "fp16": 0x1p-11, "bf16": 0x1p-8,
    "fp8_e4m3": 0x1p-4, "fp8_e5m2": 0x1p-3,
  ]

  /// Nobody recorded it: no envelope.
  package static let undeclared = ComputeType(named: "undeclared")

  package static let fp64 = ComputeType(named: "fp64")
  package static let fp32 = ComputeType(named: "fp32")
  package static let tf32 = ComputeType(named: "tf32")
  package static let fp16 = ComputeType(named: "fp16")
  package static let bf16 = ComputeType(named: "bf16")

  /// The coarsest of the types that took part in one computation: a bf16 network with an fp32 head is
  /// a bf16 network. One that is not known is coarser than all that are. Nil for none.
  package static func coarsest(of types: some Sequence<ComputeType>) -> ComputeType? {
    types.max { a, b in
      let (left, right) = (a.unitRoundoff ?? .infinity, b.unitRoundoff ?? .infinity)
      return left != right ? left < right : b.name.utf8.lexicographicallyPrecedes(a.name.utf8)
    }
  }
}
