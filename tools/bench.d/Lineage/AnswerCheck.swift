import ArgumentParser
import Canonical
import Records
import SeededRandom
import StemmaCrypto

/// Holds whole answers of both engines, as they come over REST, against those of the plain walk.
struct AnswerCheck {
  private let store: PipelineStore
  private let queries: Int
  private let seed: UInt64

  init(_ store: PipelineStore, queries: Int, seed: UInt64) {
    self.store = store
    self.queries = queries
    self.seed = seed
  }

  /// - Throws: `ExitCode(1)` at the first answer that differs; it is reported.
  func run() throws {
    var plain = PlainLineage(store.graph)
    var random = SplitMix64(seed: seed)
    var index = try EngineClient(store.site.index, key: store.site.index.key)
    var sql = try EngineClient(store.site.sql, key: store.site.index.key)
    var (nodes, edges, truncated) = (0, 0, 0)
    for number in 1...queries {
      let query = draw(&random)
      let expected = plain.answer(query)
      nodes += expected.nodes.count
      edges += expected.edges.count
      truncated += expected.truncatedBy.isEmpty ? 0 : 1
      let digest = store.digest(query.root)
      try compare(
        try index.page(query, of: digest), expected, query, engine: "index", number: number)
      try compare(try sql.page(query, of: digest), expected, query, engine: "sql", number: number)
    }
    report([
      "bench": "lineage", "what": "check", "records": .count(store.graph.count),
      "queries": .count(queries), "nodes": .count(nodes), "edges": .count(edges),
      "truncated": .count(truncated), "differences": .integer(0),
    ])
  }

  /// A root anywhere, or one that many rest on; a snapshot, a depth, kinds, a limit.
  private func draw(_ random: inout SplitMix64) -> PlainLineage.Query {
    func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    let isDown = below(2) == 0
    let isPopular = isDown && below(2) == 0
    let root = below(isPopular ? PipelineGenerator.foundationCount : store.graph.count)
    var query = PlainLineage.Query(
      root: root, direction: isDown ? .down : .up,
      at: root + below(store.graph.count - root), limit: below(4) == 0 ? 100 : 1000)
    if below(2) == 0 { query.depth = 1 + below(30) }
    if below(3) == 0 {
      let kinds: [Kind] = [.input, .model, .context, .view, .output, .verdict]
      query.kinds = Set((0...below(2)).map { _ in kinds[below(kinds.count)] })
    }
    return query
  }

  private func compare(
    _ page: JSONNode, _ expected: PlainLineage.Answer, _ query: PlainLineage.Query,
    engine: String, number: Int
  ) throws {
    guard let difference = difference(try Self.answer(page), expected, page) else { return }
    report([
      "bench": "lineage", "what": "check", "engine": .string(engine), "query": .count(number),
      "root": .count(query.root), "digest": .string(store.digest(query.root).description),
      "asked": .string("\(query)"), "difference": .string(difference),
    ])
    throw ExitCode(1)
  }

  /// What is wrong with an answer, in words; nil where nothing is.
  private func difference(
    _ answer: PlainLineage.Answer, _ expected: PlainLineage.Answer, _ page: JSONNode
  ) -> String? {
    for (place, (found, wanted)) in zip(answer.nodes, expected.nodes).enumerated()
    where found != wanted {
      return "node \(place) is \(found), not \(wanted)"
    }
    guard answer.nodes.count == expected.nodes.count else {
      return "\(answer.nodes.count) nodes, not \(expected.nodes.count)"
    }
    if let lacking = expected.edges.subtracting(answer.edges).first { return "no \(lacking)" }
    if let surplus = answer.edges.subtracting(expected.edges).first { return "also \(surplus)" }
    guard answer.truncatedBy == expected.truncatedBy else {
      return "truncated by \(answer.truncatedBy), not \(expected.truncatedBy)"
    }
    for (node, wanted) in zip(page["nodes"].map { Array($0.elements) } ?? [], expected.nodes)
    where node["digest"]?.text != store.digest(wanted.index).description
      || node["kind"]?.text != store.graph.kinds[wanted.index].name
    {
      return "index \(wanted.index) is another record"
    }
    return nil
  }

  private static func answer(_ page: JSONNode) throws -> PlainLineage.Answer {
    let nodes = try page["nodes"]?.elements.map { node in
      guard let index = node["index"]?.integer, let distance = node["distance"]?.integer else {
        throw BenchError("not a node: \(String(decoding: node.canonicalBytes(), as: UTF8.self))")
      }
      // What is above the root has negative distances.
      return PlainLineage.Node(distance: Int(abs(distance)), index: Int(index))
    }
    let edges = try page["edges"]?.elements.map { edge in
      guard let from = edge["from"]?.integer, let to = edge["to"]?.integer,
        let member = edge["member"]?.text
      else {
        throw BenchError("not an edge: \(String(decoding: edge.canonicalBytes(), as: UTF8.self))")
      }
      return PlainLineage.Edge(
        from: Int(from), to: Int(to), member: member, role: edge["role"]?.text)
    }
    guard let nodes, let edges, let reasons = page["truncatedBy"]?.elements,
      Set(edges).count == edges.count
    else { throw BenchError("an answer without nodes, edges or truncatedBy, or an edge twice") }
    return PlainLineage.Answer(
      nodes: nodes, edges: Set(edges), truncatedBy: reasons.compactMap(\.text))
  }
}
