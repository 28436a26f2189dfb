package import Canonical
package import Records
package import StemmaCrypto

/// Makes view records out of others: of a view with references replaced, and of a recipe with names resolved.
package enum ViewRecord {
  /// The record at which a name points.
  package struct Target: Hashable, Sendable {
    package let digest: Digest
    package let kind: Kind

    package init(digest: Digest, kind: Kind) {
      self.digest = digest
      self.kind = kind
    }
  }

  /// What a recipe is now.
  package enum Resolution: Sendable {
    case view(Record)
    /// Why it is none: names that point at nothing, or at what does not belong there.
    case unresolvable([String])
  }

  /// `view` with every reference that is a key of `replacing` changed. Inputs that become the same are one.
  ///
  /// - Throws: `view` is no view, or a replacement makes it none.
  package static func successor(
    of view: JSONNode, replacing: [Digest: Digest]
  ) throws(RecordErrors) -> Record {
    try sealed(view) { node in
      node.digest.map { .string((replacing[$0] ?? $0).description) } ?? JSONValue(node)
    }
  }

  /// The names that a recipe is written over, each once, sorted.
  package static func names(of recipe: JSONNode) -> [String] {
    let inputs = recipe["inputs"]?.elements.compactMap { $0["ref"] } ?? []
    let all = inputs + [recipe["model"], recipe["context"]].compactMap(\.self)
    return Set(all.filter { $0.digest == nil }.compactMap(\.text)).sorted()
  }

  /// The view that `recipe` is where its names point at `targets`.
  package static func resolve(_ recipe: JSONNode, _ targets: [String: Target]) -> Resolution {
    var faults: [String] = []
    let places: [(ReferenceMember, [JSONNode])] = [
      (.viewModel, [recipe["model"]].compactMap(\.self)),
      (.viewInputs, recipe["inputs"]?.elements.compactMap { $0["ref"] } ?? []),
      (.viewContext, [recipe["context"]].compactMap(\.self)),
    ]
    for (member, nodes) in places {
      for name in nodes where name.digest == nil {
        guard let text = name.text, let target = targets[text] else {
          faults.append("\(name.text ?? "?") points at nothing")
          continue
        }
        if !member.targetKinds.contains(target.kind) {
          faults.append("\(text) points at a record of kind \(target.kind.name)")
        }
      }
    }
    guard faults.isEmpty else { return .unresolvable(faults) }
    do throws(RecordErrors) {
      return .view(
        try sealed(recipe) { node in
          let target = node.text.flatMap { targets[$0] }
          return node.digest == nil
            ? target.map { .string($0.digest.description) } ?? JSONValue(node) : JSONValue(node)
        })
    } catch {
      return .unresolvable(error.errors.map(\.message))
    }
  }

  /// A view with the members that `source` (a view or a recipe) shares with views.
  private static func sealed(
    _ source: JSONNode, _ reference: (JSONNode) -> JSONValue
  ) throws(RecordErrors) -> Record {
    var inputs: [String: (role: String, ref: String)] = [:]
    for input in source["inputs"]?.elements.map(\.self) ?? [] {
      guard let role = input["role"]?.text, let ref = input["ref"].map(reference),
        case .string(let text) = ref
      else { continue }
      inputs["\(role) \(text)"] = (role, text)
    }
    // Both are ASCII: their order as texts is that of their bytes.
    let sorted = inputs.values.sorted { ($0.role, $0.ref) < ($1.role, $1.ref) }
    let view = JSONValue.object(present: [
      "kind": "view", "v": 1, "salt": source["salt"].map(JSONValue.init),
      "model": source["model"].map(reference),
      "inputs": .array(sorted.map { ["role": .string($0.role), "ref": .string($0.ref)] }),
      "context": source["context"].map(reference),
      "output": source["output"].map(JSONValue.init),
      "determinism": source["determinism"].map(JSONValue.init),
      "judging": source["judging"].map(JSONValue.init),
    ])
    return try Record(canonical: view.canonicalBytes())
  }
}
