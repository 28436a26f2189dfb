import ArgumentParser
import Canonical
import Lineage
import StemmaCrypto

extension StemmaClient {
  /// What a record rests on, with all that stands beside it, in one graph; where it is longer than some pages, its
  /// truncation says so.
  func wholeLineage(of digest: Digest, at: String?) async throws -> LineageGraph {
    let path =
      "lineage/\(digest)"
      + QueryString([
        ("direction", "up"), ("at", at), ("limit", "10000"), ("associations", "true"),
        ("records", "true"),
      ]).text
    var graph = try await lineage(path)
    for _ in 1..<LineageGraph.wholePages {
      guard let next = graph.next else { break }
      graph.append(try await lineage("\(path)&after=\(pathSegment(next))"))
    }
    return graph
  }
}

/// How a story or a comparison is printed.
enum ProseFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}
