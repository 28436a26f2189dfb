/// Why a name cannot go into a manifest; `nil` if it can.
///
/// It must be UTF-8 (OMS 1.0 §6.1.2), and free of control characters (Unicode category Cc): no tool
/// writes those on purpose, and printed they rewrite the terminal of whoever checks the list.
func objection(toName name: [UInt8]) -> String? {
  guard let text = String(validating: name, as: UTF8.self) else { return "the name is not UTF-8" }
  guard text.unicodeScalars.contains(where: isControl) else { return nil }
  return "the name holds a control character"
}

/// A path as text for an error message: every byte that is not part of a printable character appears
/// as `\xNN`. Not reversible, hence never used to open anything.
package func printable(_ path: some Sequence<UInt8>) -> String {
  var text = ""
  var decoder = UTF8()
  var bytes = Array(path)[...]
  while let byte = bytes.first {
    var rest = bytes.makeIterator()
    if case .scalarValue(let scalar) = decoder.decode(&rest), !isControl(scalar) {
      text.unicodeScalars.append(scalar)
      bytes = bytes.dropFirst(UTF8.width(scalar))
    } else {
      let digits = String(byte, radix: 16)
      text += digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
      bytes = bytes.dropFirst()
    }
    decoder = UTF8()
  }
  return text
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  scalar.properties.generalCategory == .control
}
