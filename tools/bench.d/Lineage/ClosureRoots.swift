import Glibc
import Records
import SeededRandom

/// A record whose lineage has about as many records as is wanted.
struct ClosureRoot {
  let node: Int
  /// Records in its closure, itself included.
  let size: Int
  /// Levels above it.
  let depth: Int
  /// Paths that lead up from it, as a power of ten (308: that or more): the rows that a query needs which does not
  /// keep each node once.
  let pathsPowerOfTen: Int
}

extension PlainLineage {
  /// Draws `count` records among the newest fifth whose closures are within a tenth of `size`.
  /// - Throws: where 20,000 draws find fewer than one.
  mutating func roots(near size: Int, count: Int, seed: UInt64) throws -> [ClosureRoot] {
    var random = SplitMix64(seed: seed)
    var roots: [ClosureRoot] = []
    var draws = 0
    while roots.count < count, draws < 20_000 {
      draws += 1
      let node = graph.count - 1 - Int(random.next() % UInt64(max(1, graph.count / 5)))
      let query = Query(root: node, direction: .up, at: node)
      let (found, depth) = reach(query) { found, distances in
        (found.count, found.last.map { Int(distances[Int($0)]) } ?? 0)
      }
      guard abs(found - size) <= size / 10, !roots.contains(where: { $0.node == node }) else {
        continue
      }
      roots.append(
        ClosureRoot(
          node: node, size: found, depth: depth,
          pathsPowerOfTen: Int(log10(min(paths(from: node), 1e308)))))
    }
    guard !roots.isEmpty else {
      throw BenchError("no closure of about \(size) among \(graph.count) records")
    }
    return roots
  }

  /// Counts the paths up from a node, each of at least one step; infinite where they are too many. References lead to smaller numbers, so one pass
  /// downwards will do.
  private mutating func paths(from root: Int) -> Double {
    let closure = reach(Query(root: root, direction: .up, at: root)) { found, _ in found }
    var paths: [UInt32: Double] = [UInt32(root): 1]
    var sum = -1.0
    for node in closure.sorted(by: >) {
      let own = paths[node] ?? 0
      sum += own
      for place in graph.references(of: Int(node)) where graph.members[place].isDerivation {
        paths[graph.targets[place], default: 0] += own
      }
    }
    return sum
  }
}
