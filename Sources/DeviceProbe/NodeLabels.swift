/// Labels as the downward API writes them into a file: `name="value"` lines, the value quoted as Go does.
package enum NodeLabels {
  /// Lines of another form are left out: a label that cannot be read says nothing.
  package static func parse(_ text: String) -> [String: String] {
    var labels: [String: String] = [:]
    for line in text.split(separator: "\n") {
      guard let equals = line.firstIndex(of: "=") else { continue }
      let value = line[line.index(after: equals)...]
      // Kubernetes allows no character in a label's value that Go would escape.
      guard value.utf8.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") else { continue }
      labels[String(line[..<equals])] = String(value.dropFirst().dropLast())
    }
    return labels
  }

  /// The labels in a file; nil when it cannot be read.
  package static func read(_ path: String) -> [String: String]? {
    guard case .success(let text) = SmallFile.read(path) else { return nil }
    return parse(text)
  }
}
