extension Judgement {
  /// For people: the verdict, what was found, and the tests as a table. No newline at its end.
  package var text: String {
    var lines = [verdict.rawValue]
    if !flags.isEmpty {
      lines[0] += " (" + flags.map(\.rawValue).sorted().joined(separator: ", ") + ")"
    }
    lines += findings.map { "  " + $0 }
    if let need {
      let unit = need.of.rawValue.split(separator: "_").joined(separator: " ")
      lines.append("  needs \(need.count) more \(unit)")
    }
    let width = tests.map(\.name.utf8.count).max() ?? 0
    for test in tests {
      let name = test.name + String(repeating: " ", count: width - test.name.utf8.count)
      var line = "  \(name)  \(fourDigits(test.statistic))  limit \(fourDigits(test.threshold))"
      if let interval = test.interval {
        line += "  [\(fourDigits(interval.lowerBound)), \(fourDigits(interval.upperBound))]"
      }
      if let p = test.pValue { line += "  p \(fourDigits(p))" }
      lines.append(line)
    }
    if looks > 1 { lines.append("  look \(looks)") }
    return lines.joined(separator: "\n")
  }
}

/// Four significant digits: enough to compare with a threshold by eye. JSON has them all.
package func fourDigits(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  var exponent = 0
  var rest = value.magnitude
  while rest >= 10 { (rest, exponent) = (rest / 10, exponent + 1) }
  while rest < 1 { (rest, exponent) = (rest * 10, exponent - 1) }
  var digits = Int((rest * 1000).rounded())
  if digits == 10_000 { (digits, exponent) = (1000, exponent + 1) }
  while digits % 10 == 0 { digits /= 10 }
  let text = "\(digits)"
  let sign = value < 0 ? "-" : ""
  let count = text.utf8.count
  switch exponent {
  case 0...5 where count <= exponent + 1:
    return sign + text + String(repeating: "0", count: exponent + 1 - count)
  case 0...5: return sign + text.prefix(exponent + 1) + "." + text.dropFirst(exponent + 1)
  case -3..<0: return sign + "0." + String(repeating: "0", count: -exponent - 1) + text
  default: return sign + text.prefix(1) + (count > 1 ? "." + text.dropFirst() : "") + "e\(exponent)"
  }
}
