package import Canonical

extension LineageGraph {
  /// The answer of `GET lineage/{digest}?titles=true`: as `json`, and with each record its title, its marks, and
  /// why not all is there.
  package var titledJSON: JSONValue {
    let graph = GraphIndex(self)
    func titled(_ node: Node) -> JSONValue {
      let title = NodeTitle(of: node, in: graph)
      return node.json.replacing([
        ("title", .string(title.description)),
        ("marks", .array(title.marks.words.map(JSONValue.string))),
      ])
    }
    let explanations = truncation.names.compactMap { name in
      Truncation(names: [name])?.explanations.first.map { (name, JSONValue.string($0)) }
    }
    return json.replacing([
      ("nodes", .array(nodes.map(titled))), ("beside", .array(beside.map(titled))),
      ("explanations", .object(explanations)),
    ])
  }
}

extension JSONValue {
  /// An object with these members instead of those of the same name.
  fileprivate func replacing(_ members: [(String, JSONValue)]) -> JSONValue {
    guard case .object(let old) = self else { return self }
    return .object(old.filter { own in !members.contains { $0.0 == own.0 } } + members)
  }
}
