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
    let answer = try PlainLineage.Answer(page: page, query.direction)
    guard let difference = answer.difference(from: expected) ?? record(in: page, expected) else {
      return
    }
    report([
      "bench": "lineage", "what": "check", "engine": .string(engine), "query": .count(number),
      "root": .count(query.root), "digest": .string(store.digest(query.root).description),
      "asked": .string("\(query)"), "difference": .string(difference),
    ])
    throw ExitCode(1)
  }

  /// Says which node of a page, right by its index, is not the record that was committed; nil where none is.
  private func record(in page: JSONNode, _ expected: PlainLineage.Answer) -> String? {
    let nodes = page["nodes"].map { Array($0.elements) } ?? []
    for (node, wanted) in zip(nodes, expected.nodes)
    where node["digest"]?.text != store.digest(wanted.index).description
      || node["kind"]?.text != store.graph.kinds[wanted.index].name
    {
      return "index \(wanted.index) is another record"
    }
    return nil
  }
}
