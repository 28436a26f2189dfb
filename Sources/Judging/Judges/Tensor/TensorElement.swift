/// An element as it lies in a block; others (fp16, bf16, integers) are widened by whoever reads them, which
/// keeps their bits apart.
protocol TensorElement {
  /// Four elements, not aligned, as doubles: exact.
  static func load(_ pointer: UnsafeRawPointer) -> SIMD4<Double>
  /// The bits in which four elements differ, in any order.
  static func difference(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer) -> SIMD4<UInt32>
  var widened: Double { get }
  var bits: UInt64 { get }
}

// Inlined by force: what is not keeps the kernel's sums in memory and costs three quarters of its speed.

extension Float: TensorElement {
  @inline(__always) static func load(_ pointer: UnsafeRawPointer) -> SIMD4<Double> {
    SIMD4<Double>(unsafe pointer.loadUnaligned(as: SIMD4<Float>.self))
  }

  @inline(__always) static func difference(
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer
  ) -> SIMD4<UInt32> {
    unsafe a.loadUnaligned(as: SIMD4<UInt32>.self) ^ b.loadUnaligned(as: SIMD4<UInt32>.self)
  }

  var widened: Double { Double(self) }
  var bits: UInt64 { UInt64(bitPattern) }
}

extension Double: TensorElement {
  @inline(__always) static func load(_ pointer: UnsafeRawPointer) -> SIMD4<Double> {
    unsafe pointer.loadUnaligned(as: SIMD4<Double>.self)
  }

  @inline(__always) static func difference(
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer
  ) -> SIMD4<UInt32> {
    let bits =
      unsafe a.loadUnaligned(as: SIMD8<UInt32>.self) ^ b.loadUnaligned(as: SIMD8<UInt32>.self)
    return bits.lowHalf | bits.highHalf
  }

  var widened: Double { self }
  var bits: UInt64 { bitPattern }
}
