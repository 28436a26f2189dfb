import Lineage
import Records

/// Which edges are followed, and whose records are seen: tables by the graph's own numbers.
struct EdgeFilter: Sendable {
  private var members: [Bool]
  private var labels: [Bool]
  private let namespaces: [UInt32]

  init(
    _ graph: borrowing IndexGraph, members: MemberSet, roles: [String]?, namespaces: [String]
  ) {
    self.members = Array(repeating: false, count: Int(UInt8.max) + 1)
    for member in members.members { self.members[Int(member.rawValue)] = true }
    labels = graph.labels.all.map { label in
      guard members.contains(label.member) else { return false }
      guard let role = label.role, let roles else { return true }
      return roles.contains(role)
    }
    self.namespaces = graph.numbers(of: namespaces)
  }

  @inline(__always)
  func follows(member: UInt8) -> Bool { members[Int(member)] }

  /// - Parameter label: of an edge that was there when the filter was made.
  @inline(__always)
  func follows(label: UInt16) -> Bool { labels[Int(label)] }

  /// A handful of numbers, the nearest namespace first: faster than any set.
  @inline(__always)
  func sees(_ node: IndexGraph.Node) -> Bool {
    for number in namespaces where number == node.namespace { return true }
    return false
  }
}
