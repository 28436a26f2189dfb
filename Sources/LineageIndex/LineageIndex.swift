package import Lineage
package import Store
import Synchronization

/// The references of a store in memory: one appender, any number of readers.
///
/// Readers take the lock for a slice of a level at a time, some 50 microseconds, so that a walk of any size holds up
/// neither the appender nor other readers for longer. No snapshot is kept: records only come at the end, and a
/// reader looks at none from its query's `size` on.
package final class LineageIndex: Sendable {
  let graph = Mutex(IndexGraph())
  private let byteLimit: Int

  /// - Parameter byteLimit: what the arrays may take.
  package init(byteLimit: Int) { self.byteLimit = byteLimit }

  package struct Size: Sendable {
    package let records: Int64
    package let edges: Int
    package let bytes: Int
  }

  package var size: Size {
    graph.withLock { Size(records: Int64($0.count), edges: $0.edgeCount, bytes: $0.byteCount) }
  }

  /// Appends the records of `block`, which begins where the index ends.
  ///
  /// - Throws: `.corrupt` for a block that cannot follow on what is known; `.unavailable` where there is no room. The
  ///   records before the one in question were appended, which nobody can see who does not ask for them.
  package func append(_ block: EdgeBlock) throws(StoreError) {
    guard block.firstIndex == size.records else {
      throw StoreError(
        .corrupt, "the feed of references goes on at \(block.firstIndex) after \(size.records)")
    }
    var reader = BlockReader(block)
    while !reader.isAtEnd {
      let result: Result<Void, StoreError> = graph.withLock { graph in
        do throws(StoreError) {
          return .success(try reader.append(to: &graph, byteLimit: byteLimit))
        } catch {
          return .failure(error)
        }
      }
      try result.get()
    }
  }

  /// Walks as `LineageWalk` says. `query.size` is not beyond the records that are there.
  package func walk(_ query: LineageQuery) async -> LineageAnswer {
    let size = UInt32(truncatingIfNeeded: query.size)
    let (filter, labels) = graph.withLock { graph in
      let filter = EdgeFilter(
        graph, members: query.members, roles: query.roles, namespaces: query.namespaces)
      return (filter, graph.labels.all)
    }
    var walk = NumberedWalk(query)
    var next = NextEdges(direction: query.direction, size: size, filter: filter)
    var slice: [NumberedEdge] = []
    while !walk.frontier.isEmpty {
      next.open(walk.frontier)
      var hasMore = true
      while hasMore, !walk.isExhausted {
        slice.removeAll(keepingCapacity: true)
        hasMore = graph.withLock { next.read($0, into: &slice) }
        walk.meet(slice)
        // Others may want the thread after so much.
        if hasMore { await Task.yield() }
      }
      walk.endLevel()
    }
    return walk.answer { (labels[Int($0)].member, labels[Int($0)].role) }
  }
}
