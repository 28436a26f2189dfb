internal import FileDigests

extension [UInt8] {
  /// Calls `body` with the place and value of each little-endian element.
  ///
  /// - Precondition: `type.isReadable`. Integers beyond 2^53 are rounded.
  @inline(__always)
  func withElements(of type: TensorType, _ body: (Int, Double) -> Void) {
    switch type {
    case .bool: each(UInt8.self, body) { $0 == 0 ? 0 : 1 }
    case .u8: each(UInt8.self, body) { Double($0) }
    case .i8: each(Int8.self, body) { Double($0) }
    case .u16: each(UInt16.self, body) { Double($0) }
    case .i16: each(Int16.self, body) { Double($0) }
    case .u32: each(UInt32.self, body) { Double($0) }
    case .i32: each(Int32.self, body) { Double($0) }
    case .u64: each(UInt64.self, body) { Double($0) }
    case .i64: each(Int64.self, body) { Double($0) }
    case .f16: each(UInt16.self, body) { Double(Float16(bitPattern: $0)) }
    case .bf16: each(UInt16.self, body) { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .f32: each(UInt32.self, body) { Double(Float(bitPattern: $0)) }
    case .f64: each(UInt64.self, body) { Double(bitPattern: $0) }
    case .f4, .f6E2M3, .f6E3M2, .f8E5M2, .f8E4M3, .f8E8M0, .f8E4M3FNUZ, .f8E5M2FNUZ, .c64:
      preconditionFailure("elements that are not read")
    }
  }

  @inline(__always)
  private func each<Raw: FixedWidthInteger>(
    _ raw: Raw.Type, _ body: (Int, Double) -> Void, _ value: (Raw) -> Double
  ) {
    unsafe withUnsafeBytes { bytes in
      let size = MemoryLayout<Raw>.size
      for i in 0..<bytes.count / size {
        let element = unsafe bytes.loadUnaligned(fromByteOffset: i &* size, as: Raw.self)
        body(i, value(Raw(littleEndian: element)))
      }
    }
  }
}
