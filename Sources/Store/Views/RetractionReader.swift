import Lineage
import Records

/// The retractions that decide about some records.
struct RetractionReader: Sendable {
  let graph: GraphReader

  /// All that stand in the snapshot.
  func all(_ records: any RecordReader) async throws(StoreError) -> StandingRetractions {
    var found: [Int64] = []
    for namespace in graph.namespaces {
      found += try await records.indices(of: .retraction, below: graph.size, in: namespace)
    }
    return try await standing(found)
  }

  /// Those whose subject is one of `subjects`, with all that decides whether they stand.
  func of(_ subjects: some Sequence<Int64>) async throws(StoreError) -> StandingRetractions {
    var open = Set(try await graph.step(subjects, .down, [.retractionSubject]).map(\.from))
    var found = open
    // A chain's other links, and what withdraws them.
    while !open.isEmpty {
      let later = try await graph.step(open, .down, [.retractionSubject, .retractionPrevious])
      let earlier = try await graph.step(open, .up, [.retractionPrevious])
      open = Set(later.map(\.from)).union(earlier.map(\.to)).subtracting(found)
      found.formUnion(open)
    }
    return try await standing(Array(found))
  }

  private func standing(_ indices: [Int64]) async throws(StoreError) -> StandingRetractions {
    let nodes = try await graph.nodes(indices, withRecords: true)
    let references = Dictionary(
      grouping: try await graph.step(indices, .up, Retraction.members.members), by: \.from)
    // One whose subject lies where nobody here may look speaks of nothing that is seen.
    return StandingRetractions(
      indices.compactMap { index in
        nodes[index].flatMap { Retraction($0, references: references[index] ?? []) }
      })
  }
}
