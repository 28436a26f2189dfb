package import Records

/// An edge whose ends and label are small numbers.
package struct NumberedEdge: Sendable {
  package let near: UInt32
  package let far: UInt32
  package let label: UInt16
  /// Of the far end.
  package let kind: Kind
  package let isVisible: Bool

  @inlinable
  package init(near: UInt32, far: UInt32, label: UInt16, kind: Kind, isVisible: Bool) {
    self.near = near
    self.far = far
    self.label = label
    self.kind = kind
    self.isVisible = isVisible
  }
}

/// A `LineageWalk` over numbers, many edges at a time.
///
/// It is in this module since generic code is specialised only where it is written: called from another module edge
/// by edge, the same walk takes five times as long.
package struct NumberedWalk: Sendable {
  private var walk: LineageWalk<UInt16>

  package init(_ query: LineageQuery) { walk = LineageWalk(query) }

  package var frontier: [Int64] { walk.frontier }
  package var isExhausted: Bool { walk.isExhausted }

  /// Takes edges of the frontier, in the order that `LineageWalk` wants.
  package mutating func meet(_ edges: [NumberedEdge]) {
    for edge in edges {
      walk.meet(
        near: Int64(edge.near), far: Int64(edge.far), kind: edge.kind, isVisible: edge.isVisible,
        label: edge.label)
    }
  }

  package mutating func endLevel() { walk.endLevel() }

  /// The answer, once the frontier is empty.
  package func answer(
    _ label: (UInt16) -> (member: ReferenceMember, role: String?)
  ) -> LineageAnswer {
    walk.answer(label)
  }
}
