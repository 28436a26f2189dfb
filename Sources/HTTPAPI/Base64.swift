/// Strict RFC 4648 section 4 base64: padded, no white space, no stray bits. Nil for anything else,
/// so that one content has one spelling.
func decodeBase64(_ text: [UInt8]) -> [UInt8]? {
  guard text.count % 4 == 0 else { return nil }
  guard !text.isEmpty else { return [] }
  let padding = text.suffix(2).filter { $0 == UInt8(ascii: "=") }.count
  if padding == 2, text[text.count - 1] != UInt8(ascii: "=") { return nil }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(text.count / 4 * 3)
  var value: UInt32 = 0
  var bits = 0
  for byte in text.dropLast(padding) {
    guard let six = sixBits(byte) else { return nil }
    value = value << 6 | six
    bits += 6
    if bits >= 8 {
      bits -= 8
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(bits)))
      value &= (1 << UInt32(bits)) - 1
    }
  }
  return value == 0 ? bytes : nil
}

private func sixBits(_ byte: UInt8) -> UInt32? {
  switch byte {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte) - 65
  case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte) - 97 + 26
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 48 + 52
  case UInt8(ascii: "+"): 62
  case UInt8(ascii: "/"): 63
  default: nil
  }
}
