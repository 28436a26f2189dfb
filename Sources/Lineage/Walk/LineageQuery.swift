package import Records

/// Which way a walk goes along the references.
package enum WalkDirection: String, Sendable {
  /// To what a record rests on.
  case up
  /// To what rests on it.
  case down
}

/// What to walk, and how far. Indices are the site's; namespaces are the engine's to look at.
package struct LineageQuery: Sendable {
  /// Where the walk begins: visible records with indices below `size`, ascending, each once.
  package var start: [Int64]
  package var direction: WalkDirection
  /// The snapshot: only records with a smaller index exist.
  package var size: Int64
  /// Names of the namespaces that may be seen. A walk up that meets another one says so in its truncation;
  /// a walk down says nothing of it.
  package var namespaces: [String]
  /// References that are followed.
  package var members = MemberSet.derivations
  /// Of the `inputs` of views and recipes, only those of these roles are followed; nil: all.
  package var roles: [String]?
  /// Kinds that are listed; others are walked through in silence. The start is always listed.
  package var kinds = KindSet.any
  /// Levels beyond the start; nil: all.
  package var depth: Int?
  /// What is listed begins after this node.
  package var after: WalkPosition?
  package var limits = WalkLimits()

  package init(start: [Int64], direction: WalkDirection, size: Int64, namespaces: [String]) {
    self.start = start
    self.direction = direction
    self.size = size
    self.namespaces = namespaces
  }
}

/// What a walk costs at the most. Each is said in the answer where it was met.
package struct WalkLimits: Sendable {
  /// Nodes listed.
  package var nodes = 1000
  /// Edges listed.
  package var edges = 100_000
  /// Edges to visible records met, listed or not: bounds the memory of any walk.
  package var work = 10_000_000

  package init() {}
}

/// A node's place in the order of an answer: nearest first, then by index.
package struct WalkPosition: Comparable, Hashable, Sendable {
  package let distance: Int32
  package let index: Int64

  package init(distance: Int32, index: Int64) {
    self.distance = distance
    self.index = index
  }

  package static func < (left: WalkPosition, right: WalkPosition) -> Bool {
    (left.distance, left.index) < (right.distance, right.index)
  }
}

/// Why an answer is not all there is.
package struct Truncation: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// More nodes follow after the last one.
  package static let nodes = Truncation(rawValue: 1)
  /// Edges between listed nodes were left out.
  package static let edges = Truncation(rawValue: 2)
  /// The walk was not allowed deeper.
  package static let depth = Truncation(rawValue: 4)
  /// The walk was given up after `WalkLimits.work` edges: what it lists is right but not all.
  package static let work = Truncation(rawValue: 8)
  /// Something above lies in a namespace that is not seen from here.
  package static let namespace = Truncation(rawValue: 16)

  /// More stands beside the nodes than is shown there.
  package static let beside = Truncation(rawValue: 32)

  private static let names: KeyValuePairs<String, Truncation> = [
    "beside": .beside, "depth": .depth, "edges": .edges, "namespace": .namespace,
    "nodes": .nodes, "work": .work,
  ]

  /// The names that the interfaces use, sorted.
  package var names: [String] { Self.names.filter { contains($0.value) }.map(\.key) }

  /// The opposite of `names`; nil where one is not known.
  package init?(names: [String]) {
    self = []
    for name in names {
      guard let known = Self.names.first(where: { $0.key == name }) else { return nil }
      insert(known.value)
    }
  }
}

/// One reference: `from` rests on (or speaks of) `to`, which has the smaller index.
package struct LineageEdge: Hashable, Sendable {
  package let from: Int64
  package let to: Int64
  package let member: ReferenceMember
  /// The role beside it, where it is one of `inputs`.
  package let role: String?

  package init(from: Int64, to: Int64, member: ReferenceMember, role: String?) {
    self.from = from
    self.to = to
    self.member = member
    self.role = role
  }
}

/// What a walk found.
package struct LineageAnswer: Sendable {
  /// In order, after `LineageQuery.after`.
  package var nodes: [WalkPosition]
  /// Those whose later end, in the order of the nodes, is in `nodes` and whose other end is listed there or
  /// on an earlier page. In the order in which the walk met them.
  package var edges: [LineageEdge]
  package var truncation: Truncation

  package init(nodes: [WalkPosition], edges: [LineageEdge], truncation: Truncation) {
    self.nodes = nodes
    self.edges = edges
    self.truncation = truncation
  }
}
