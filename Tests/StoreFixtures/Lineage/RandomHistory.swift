import Lineage
package import Records
import SeededRandom
import StemmaCrypto
package import Store

/// A store's history out of a seed: commits of records of every kind to namespaces that import one another,
/// and the graph that they must make. They have to be committed in order, to an empty store.
package struct RandomHistory {
  /// Namespaces, and which of the others each of them imports.
  private static let places: KeyValuePairs<String, [String]> = [
    "base": [], "main": ["base"], "team": ["main", "base"], "apart": [],
  ]

  /// Half of all records are of these: what truth flows through.
  private static let derived: [Kind] = [.view, .output, .view, .output, .input, .model]

  package private(set) var requests: [CommitRequest] = []
  package private(set) var graph = MemoryLineage()
  /// What was committed, by index.
  package private(set) var records: [Record] = []

  var generator: SplitMix64
  /// Counts records that were made: what must be unique is made of it.
  var serial = 0
  /// The namespace that is committed to, and what it imports.
  var place: (name: String, imports: [String]) = ("base", [])
  /// The record that ends each chain, and the chain that the record that is being made goes on.
  var chains: [String: Digest] = [:]
  var pendingChain: String?
  /// Content of outputs, for models that are promoted from them.
  var contents: [Digest: Digest] = [:]
  private var known: [String: [(kind: Kind, digest: Digest)]] = [:]
  private var indices: [String: [Digest: Int64]] = [:]

  package init(seed: UInt64, records count: Int) throws {
    generator = SplitMix64(seed: seed)
    while records.count < count {
      place = Self.places.map { ($0.key, $0.value) }[random(0..<Self.places.count)]
      var made: [Record] = []
      for _ in 0..<min(random(1..<30), count - records.count) {
        if let record = try makeRecord() { made.append(record) }
      }
      guard !made.isEmpty, let namespace = Namespace(place.name) else { continue }
      requests.append(
        CommitRequest(
          namespace: namespace, principal: "tester", records: made,
          imports: place.imports.compactMap { Namespace($0) }))
    }
  }

  /// A record of a kind for which there is all that it needs; nil where there is not.
  private mutating func makeRecord() throws -> Record? {
    let kind = chance(50) ? Self.derived[random(0..<6)] : Kind.allCases[random(0..<20)]
    serial += 1
    guard let members = members(of: kind) else { return nil }
    let salt = "salt-of-record-\(serial + 100_000)"
    let record = try record(#"{"kind":"\#(kind.name)","v":1,"salt":"\#(salt)",\#(members)}"#)
    note(record)
    return record
  }

  private mutating func note(_ record: Record) {
    let index = Int64(records.count)
    let (places, indices) = (visiblePlaces, indices)
    let references = record.references.map { reference in
      guard let member = ReferenceMember(of: record.kind, pointer: reference.member),
        let target = places.lazy.compactMap({ indices[$0]?[reference.target] }).first
      else { preconditionFailure("\(reference.member) of a made-up record") }
      return LineageEdge(from: index, to: target, member: member, role: reference.role)
    }
    graph.append(.init(kind: record.kind, namespace: place.name, references: references))
    records.append(record)
    known[place.name, default: []].append((record.kind, record.digest))
    self.indices[place.name, default: [:]][record.digest] = index
    if let chain = pendingChain.take() { chains[chain] = record.digest }
    if record.kind == .output { contents[record.digest] = record.content?.digest }
  }

  private var visiblePlaces: [String] { [place.name] + place.imports }

  mutating func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }

  mutating func chance(_ percent: Int) -> Bool { random(0..<100) < percent }

  /// A visible record of one of `kinds`: often a new one, often one of the first, so that there are deep
  /// chains and popular nodes.
  mutating func pick(_ kinds: [Kind]) -> Digest? {
    let from = chance(70) ? place.name : visiblePlaces[random(0..<visiblePlaces.count)]
    let candidates = known[from, default: []].filter { kinds.contains($0.kind) }.map(\.digest)
    guard !candidates.isEmpty else { return nil }
    switch random(0..<10) {
    case 0..<5: return candidates.suffix(2).randomElement(using: &generator)
    case 5..<7: return candidates.prefix(2).randomElement(using: &generator)
    default: return candidates.randomElement(using: &generator)
    }
  }

  /// Up to `count` different ones, sorted.
  mutating func pickSet(_ kinds: [Kind], _ count: Int) -> [Digest] {
    Set((0..<count).compactMap { _ in pick(kinds) }).sorted()
  }
}
