package import Lineage
package import Store
import Synchronization

extension LineageIndex {
  /// Single steps as `LineageEngine` says. `query.size` is not beyond the records that are there.
  package func step(_ query: StepQuery) async -> [LineageEdge] {
    let (filter, labels) = graph.withLock { graph in
      let filter = EdgeFilter(
        graph, members: query.members, roles: nil, namespaces: query.namespaces)
      return (filter, graph.labels.all)
    }
    var edges: [LineageEdge] = []
    for node in query.nodes {
      let found =
        switch query.direction {
        case .up: stepsUp(Int(node), filter, labels)
        case .down: await stepsDown(Int(node), query, filter, labels)
        }
      edges += Self.cut(found, limitEach: query.limitEach).map { step in
        let (from, to) = query.direction == .up ? (node, step.far) : (step.far, node)
        return LineageEdge(
          from: from, to: to, member: step.label.member, role: step.label.role)
      }
    }
    return edges
  }

  private struct Step: Comparable {
    let far: Int64
    let label: EdgeLabel

    static func < (left: Step, right: Step) -> Bool {
      guard left.label.member == right.label.member, left.far != right.far else {
        return left.label < right.label
      }
      return left.far > right.far
    }
  }

  /// In order, at most `limitEach` of each member.
  private static func cut(_ steps: [Step], limitEach: Int) -> [Step] {
    var kept: [Step] = []
    var (member, count) = (steps.first?.label.member, 0)
    for step in steps.sorted() {
      if step.label.member != member { (member, count) = (step.label.member, 0) }
      count += 1
      if count <= limitEach { kept.append(step) }
    }
    return kept
  }

  private func stepsUp(_ node: Int, _ filter: EdgeFilter, _ labels: [EdgeLabel]) -> [Step] {
    graph.withLock { graph in
      graph.edges(of: node).compactMap { edge in
        let (label, far) = (graph.label(of: edge), Int(graph.target(of: edge)))
        guard filter.follows(label: label), filter.sees(graph.nodes[far]) else { return nil }
        return Step(far: Int64(far), label: labels[Int(label)])
      }
    }
  }

  private func stepsDown(
    _ node: Int, _ query: StepQuery, _ filter: EdgeFilter, _ labels: [EdgeLabel]
  ) async -> [Step] {
    var lists = graph.withLock { graph in
      var lists: [ChildLists.Spans] = []
      graph.children.forEachList(of: node) { list in
        if filter.follows(member: list.member) { lists.append(ChildLists.Spans(of: list)) }
      }
      return lists
    }
    var steps: [Step] = []
    for list in lists.indices {
      var count = 0
      var oldest: UInt32?
      // One hold of the lock for each extent: those of a hub are 4096 children.
      while true {
        let isRead = graph.withLock { graph in
          guard let span = lists[list].next(graph.children) else { return false }
          // A child that refers twice, in two roles, may lie in two extents.
          let newest = graph.children.child(at: span.start + span.count - 1)
          if count >= query.limitEach, newest != oldest { return false }
          oldest = graph.children.child(at: span.start)
          for slot in (span.start..<span.start + span.count).reversed() {
            let far = Int64(graph.children.child(at: slot))
            guard far < query.size, filter.sees(graph.nodes[Int(far)]) else { continue }
            steps.append(Step(far: far, label: labels[Int(graph.children.label(at: slot))]))
            count += 1
          }
          return true
        }
        guard isRead else { break }
      }
    }
    return steps
  }
}
