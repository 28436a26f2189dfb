import Lineage
import LineageFixtures
import LineageIndex
import Records
import Store

extension PlainGraph {
  /// The records of `range`, as a feed gives them. References come in no order, as in a record.
  func block(_ range: Range<Int>) -> EdgeBlock {
    var block = EdgeBlock(firstIndex: Int64(range.lowerBound))
    for index in range {
      block.append(kind: kinds[index], namespace: namespaces[index])
      for edge in edges where edge.from == Int64(index) {
        block.append(target: edge.to, member: edge.member, role: edge.role)
      }
    }
    return block
  }

  /// An index of all records, appended in blocks of `size`.
  func index(blocksOf size: Int) throws -> LineageIndex {
    let index = LineageIndex(byteLimit: .max)
    for first in stride(from: 0, to: kinds.count, by: size) {
      try index.append(block(first..<min(first + size, kinds.count)))
    }
    return index
  }

  /// What `step` must answer.
  func step(_ query: StepQuery) -> [LineageEdge] {
    let isUp = query.direction == .up
    return query.nodes.flatMap { node in
      query.members.members.flatMap { member in
        edges.filter { edge in
          let (own, far) = isUp ? (edge.from, edge.to) : (edge.to, edge.from)
          return own == node && edge.member == member && far < query.size
            && query.namespaces.contains(namespaces[Int(far)])
        }.sorted { left, right in
          let (leftFar, rightFar) = isUp ? (left.to, right.to) : (left.from, right.from)
          return leftFar == rightFar
            ? (left.role ?? "") < (right.role ?? "") : leftFar > rightFar
        }.prefix(query.limitEach)
      }
    }
  }
}
