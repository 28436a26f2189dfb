/// Reads ASCII digits without a sign and without leading zeros; nil for anything else and beyond Int64.
func parseDecimal(_ text: some Collection<UInt8>) -> Int64? {
  guard let first = text.first, text.count == 1 || first != UInt8(ascii: "0") else { return nil }
  var value: Int64 = 0
  for byte in text {
    guard let digit = decimalDigit(byte), value <= (Int64.max - digit) / 10 else { return nil }
    value = 10 * value + digit
  }
  return value
}

/// The value of an ASCII digit.
func decimalDigit(_ byte: UInt8) -> Int64? {
  0x30...0x39 ~= byte ? Int64(byte) - 0x30 : nil
}
