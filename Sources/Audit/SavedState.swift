internal import Canonical
internal import StemmaCrypto
internal import TransparencyLog

/// What an auditor keeps from one run to the next, beside the facts about each record.
struct SavedState: Sendable, Equatable {
  /// How far an audit came. Nothing was wrong up to there.
  struct Walk: Sendable, Equatable {
    /// Which file holds the facts.
    var generation: Int64 = 0
    var size: Int64 = 0
    /// The partial tile of every level.
    var levels: [[Digest]] = []
    /// RFC 6962 root over the facts: what the file must hash to.
    var factsRoot = TreeHash.empty
    var namespaces: [String] = []
    var lastTime = ""
    /// Pairs (subject, erasure) of which the erasure is still to come.
    var awaited: [[Int64]] = []
    /// Triples (subject, erasure, 1 for the nonce too) of which the subject was there when it passed.
    var unfinished: [[Int64]] = []
  }

  /// The signed note with the newest checkpoint that was shown to this auditor.
  var seen: [UInt8] = []
  var walk = Walk()
  /// The good audit before a full one that has not ended: what the full one is to find again.
  var before: Walk?
}

extension SavedState {
  func formatState() -> [UInt8] {
    JSONValue.object(present: [
      "v": 1, "seen": .string(String(decoding: seen, as: UTF8.self)), "walk": walk.json,
      "before": before?.json,
    ]).canonicalBytes()
  }

  /// Nil for bytes that `formatState` does not write.
  init?(parsing bytes: [UInt8]) {
    guard let root = try? JSONDocument(parsing: bytes).root, let seen = root["seen"]?.utf8,
      let walk = root["walk"].flatMap(Walk.init)
    else { return nil }
    self.init(seen: seen, walk: walk, before: root["before"].flatMap(Walk.init))
    // Whatever was read leniently above does not come out as it went in.
    guard formatState() == bytes else { return nil }
  }
}

extension SavedState.Walk {
  fileprivate var json: JSONValue {
    .object([
      ("generation", .integer(generation)), ("size", .integer(size)),
      ("levels", .array(levels.map { .array($0.map { .string($0.hex) }) })),
      ("factsRoot", .string(factsRoot.hex)),
      ("namespaces", .array(namespaces.map(JSONValue.string))), ("lastTime", .string(lastTime)),
      ("awaited", .array(awaited.map { .array($0.map(JSONValue.integer)) })),
      ("unfinished", .array(unfinished.map { .array($0.map(JSONValue.integer)) })),
    ])
  }

  fileprivate init?(_ node: JSONNode) {
    guard let generation = node["generation"]?.integer, let size = node["size"]?.integer,
      let factsRoot = node["factsRoot"]?.hexDigest, let lastTime = node["lastTime"]?.text
    else { return nil }
    func lists(_ node: JSONNode?) -> [[Int64]] {
      node?.elements.map { $0.elements.compactMap(\.integer) } ?? []
    }
    self.init(
      generation: generation, size: size,
      levels: node["levels"]?.elements.map { $0.elements.compactMap(\.hexDigest) } ?? [],
      factsRoot: factsRoot, namespaces: node["namespaces"]?.elements.compactMap(\.text) ?? [],
      lastTime: lastTime, awaited: lists(node["awaited"]), unfinished: lists(node["unfinished"]))
  }
}

extension JSONNode {
  fileprivate var hexDigest: Digest? { text.flatMap { Digest(parsing: "sha256:" + $0) } }
}
