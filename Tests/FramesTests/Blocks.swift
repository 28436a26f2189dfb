import Frames

/// `compress` and `decompress` for arrays: the macros of swift-testing cannot hold a span.
func packed(_ bytes: [UInt8]) -> [UInt8]? {
  compress(bytes.span)
}

func opened(_ block: [UInt8], size: Int, limit: Int) throws(FrameError) -> [UInt8] {
  try decompress(block.span, size: size, limit: limit)
}

let malformed = FrameError(code: .malformed, message: "")
let tooLarge = FrameError(code: .tooLarge, message: "")

extension [UInt8] {
  /// The bytes over and over until there are `count`.
  func cycled(_ count: Int) -> [UInt8] {
    (0..<count).map { self[$0 % self.count] }
  }

  init?(hex: String) {
    let digits = hex.compactMap(\.hexDigitValue)
    guard digits.count == hex.count, digits.count.isMultiple(of: 2) else { return nil }
    self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
