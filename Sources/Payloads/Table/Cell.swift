/// One value in a row of a table.
package indirect enum Cell: Sendable {
  case number(Double)
  /// Decoded UTF-8, or a field of a CSV file, which may stand for a number.
  case text([UInt8])
  case list([Cell])
  /// `true`, `false`, `null`, an object: nothing that is judged.
  case other(String)

  /// The number; text that stands for one is read as such, with the names that NumPy, JavaScript and
  /// Python write for what is not finite. Nil for anything else.
  var number: Double? {
    switch self {
    case .number(let value): value
    case .text(let bytes): Self.number(bytes)
    case .list, .other: nil
    }
  }

  private static func number(_ bytes: [UInt8]) -> Double? {
    let trimmed = bytes.trimmingSpaces
    switch String(decoding: trimmed, as: UTF8.self).lowercased() {
    case "nan": return .nan
    case "inf", "+inf", "infinity", "+infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    default: break
    }
    // Swift's own reader takes hexadecimal and payloads of NaN too.
    guard !trimmed.isEmpty, trimmed.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else {
      return nil
    }
    return Double(String(decoding: trimmed, as: UTF8.self))
  }
}

extension [UInt8] {
  fileprivate var trimmingSpaces: ArraySlice<UInt8> {
    let space: Set<UInt8> = [0x20, 0x09]
    guard let first = firstIndex(where: { !space.contains($0) }),
      let last = lastIndex(where: { !space.contains($0) })
    else { return [] }
    return self[first...last]
  }
}
