package import Canonical

/// Reads an answer that is streamed as lines of JSON (`application/x-ndjson`), in pieces of any size.
package struct LineageLineReader {
  /// A record of 64 levels, and what is around it.
  package static let limits = JSONLimits(maxDepth: 80, maxBytes: 64 << 20, maxValues: 16 << 20)

  private var lines = LineSplitter()
  private var number = 0
  private var nodes: [LineageGraph.Node] = []
  private var edges: [LineageEdge] = []
  private var beside: [LineageGraph.Node] = []
  private var associations: [LineageEdge] = []
  private var graph: LineageGraph?

  package init() {}

  /// - Throws: a line that cannot be read, or the server's word that it could not go on.
  package mutating func take(_ bytes: [UInt8]) throws(LineageFormatError) {
    for line in lines.take(bytes) { try take(line: line) }
  }

  /// The answer.
  ///
  /// - Throws: where the last line is not there: what came is not all.
  package func finish() throws(LineageFormatError) -> LineageGraph {
    guard var graph, lines.rest.isEmpty else {
      throw LineageFormatError("/\(number)", "the answer was cut off")
    }
    graph.nodes = nodes
    graph.edges = edges
    graph.beside = beside
    graph.associations = associations
    return graph
  }

  private mutating func take(line: [UInt8]) throws(LineageFormatError) {
    let place = "/\(number)"
    number += 1
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONDocument(parsing: line, limits: Self.limits).root
    } catch {
      throw LineageFormatError(place, "\(error.message) at byte \(error.offset)")
    }
    if let node = root["node"].flatMap(LineageGraph.Node.init(parsing:)) {
      nodes.append(node)
    } else if let edge = root["edge"].flatMap(LineageEdge.init(parsing:)) {
      edges.append(edge)
    } else if let node = root["beside"].flatMap(LineageGraph.Node.init(parsing:)) {
      beside.append(node)
    } else if let edge = root["association"].flatMap(LineageEdge.init(parsing:)) {
      associations.append(edge)
    } else if let summary = root["summary"] {
      graph = try LineageGraph(summary: summary)
    } else if let error = root["error"] {
      throw LineageFormatError(
        place, "\(error["code"]?.text ?? "error"): \(error["detail"]?.text ?? "")")
    } else {
      throw LineageFormatError(place, "cannot be read")
    }
  }
}
