package import Canonical

extension Calibration {
  /// `{"key", "index", "envelopes": {STATISTIC: {"pairs", "largest", "smallestBad"?}}}`.
  package var json: JSONValue {
    let members = envelopes.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return [
      "key": .string(key), "index": .integer(Int64(index)),
      "envelopes": .object(members.map { ($0, $1.json) }),
    ]
  }

  /// Reads it. A statistic that has no envelope in this version is refused: whoever measured it expects it
  /// to be used.
  package init(_ node: JSONNode) throws(JudgingError) {
    guard let key = node["key"]?.text, let index = node["index"]?.integer, index >= 0,
      let measured = node["envelopes"], measured.type == .object, node.count == 3
    else {
      throw JudgingError(.declaration, "envelopes: key, index and envelopes are needed, no more")
    }
    var envelopes: [String: Envelope] = [:]
    for (name, value) in measured.members {
      guard let name = name.text, EnvelopeLearner.statistics.contains(name) else {
        throw JudgingError(.declaration, "envelopes: \(name.text ?? "") has none")
      }
      envelopes[name] = try Envelope(value, of: name)
    }
    self.init(key: key, index: Int(index), envelopes: envelopes)
  }

  /// Whether they were measured for outputs of this type, computed in these types.
  package func covers(_ type: OutputType, _ dtypes: some Sequence<ComputeType>) -> Bool {
    let parts = key.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count >= 3 else { return false }
    let names = Set(dtypes.map(\.name)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return parts[0].utf8.elementsEqual(type.rawValue.utf8)
      && parts[2].utf8.elementsEqual(names.joined(separator: "+").utf8)
  }
}

extension Envelope {
  fileprivate var json: JSONValue {
    .object(present: [
      "pairs": .integer(Int64(pairs)), "largest": .measured(largest),
      "smallestBad": smallestBad.map(JSONValue.measured),
    ])
  }

  fileprivate init(_ node: JSONNode, of name: String) throws(JudgingError) {
    let bad = node["smallestBad"]
    guard let pairs = node["pairs"]?.integer, pairs >= 0, let largest = node["largest"]?.double,
      largest >= 0, node.count == (bad == nil ? 2 : 3), bad == nil || bad?.double ?? -1 >= 0
    else {
      throw JudgingError(
        .declaration,
        "envelopes.\(name): pairs and largest are needed, from 0, and smallestBad may be")
    }
    self.init(pairs: Int(pairs), largest: largest, smallestBad: bad?.double)
  }
}
