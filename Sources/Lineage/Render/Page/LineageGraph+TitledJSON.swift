package import Canonical

extension LineageGraph {
  /// The answer of `GET lineage/{digest}?titles=true`: as `json`, and with each record its title, its marks, and
  /// why not all is there.
  package var titledJSON: JSONValue {
    let graph = GraphIndex(self)
    func titled(_ nodes: [Node]) -> JSONValue {
      list(nodes) { $0.append(to: &$1, title: NodeTitle(of: $0, in: graph)) }
    }
    let explanations = truncation.names.compactMap { name in
      Truncation(names: [name])?.explanations.first.map { (name, JSONValue.string($0)) }
    }
    guard case .object(let members) = json else { return json }
    return .object(
      members.filter { $0.0 != "nodes" && $0.0 != "beside" } + [
        ("nodes", titled(nodes)), ("beside", titled(beside)),
        ("explanations", .object(explanations)),
      ])
  }
}
