import Canonical
import Records
import StemmaCrypto

/// Walks two lineages together: each pair of corresponding records is visited once, nearest first, and pairs of
/// one record are not looked into.
struct DiffWalk {
  struct Pair {
    let a: LineageGraph.Node
    let b: LineageGraph.Node
    /// The pair that it was first reached from, and how.
    let parent: Int?
    let step: LineageDiff.Step?
    /// Pairs that this one rests on, or was run by.
    var children: [Int] = []
    /// Their paths begin here; those that are listed get the way to this pair before them.
    var differences: [LineageDiff.Difference] = []
    var bytes = LineageDiff.Bytes.unknown
    /// Whether what is different here, or above, can show in what rests on it.
    var carries = false
  }

  private struct Key: Hashable {
    let a: Int64
    let b: Int64
  }

  let graphA: GraphIndex
  let graphB: GraphIndex
  let limits: LineageDiff.Limits
  var pairs: [Pair] = []
  /// With the pairs that they belong to.
  var circumstances: [(place: Int, difference: LineageDiff.Difference)] = []
  var isCut = false
  private var places: [Key: Int] = [:]
  private var shared: [LineageDiff.Shared] = []

  init(
    _ a: LineageGraph, _ b: LineageGraph, limits: LineageDiff.Limits
  ) throws(LineageFormatError) {
    graphA = GraphIndex(a)
    graphB = GraphIndex(b)
    self.limits = limits
    guard let rootA = graphA.node(a.root), let rootB = graphB.node(b.root) else {
      throw LineageFormatError("/root", "the record is not among the nodes")
    }
    pairs = [Pair(a: rootA, b: rootB, parent: nil, step: nil)]
    places[Key(a: rootA.index, b: rootB.index)] = 0
  }

  mutating func run() {
    guard pairs[0].a.digest != pairs[0].b.digest else {
      pairs[0].bytes = .same
      return
    }
    var next = 0
    while next < pairs.count {
      expand(next)
      next += 1
    }
    settle()
  }

  var result: LineageDiff {
    let root = pairs[0]
    let reached = self.reached
    var differences: [LineageDiff.Difference] = []
    var isCut = isCut
    for (place, pair) in pairs.enumerated() {
      for var difference in pair.differences {
        guard differences.count < limits.listed else {
          isCut = true
          break
        }
        difference.path = path(to: place) + difference.path
        difference.reaches = reached.contains(place)
        differences.append(difference)
      }
    }
    let circumstances = circumstances.map { place, difference in
      var difference = difference
      difference.path = path(to: place) + difference.path
      return difference
    }
    let views = (root.a.record?["view"]?.text, root.b.record?["view"]?.text)
    return LineageDiff(
      a: root.a, b: root.b, bytes: root.bytes,
      isOneView: root.a.kind == .output && views.0 != nil && views.0 == views.1,
      differences: differences, shared: shared, circumstances: circumstances,
      truncation: graphA.graph.truncation.union(graphB.graph.truncation), isCut: isCut)
  }

  // MARK: Visiting

  private mutating func expand(_ place: Int) {
    let pair = pairs[place]
    pairs[place].bytes = Self.bytes(pair.a, pair.b)
    guard pair.a.kind == pair.b.kind else {
      return add(
        .prescribed, at: place, pointer: "/kind",
        (pair.a.record?["kind"], pair.b.record?["kind"]))
    }
    if pair.a.record == nil || pair.b.record == nil {
      add(.unreadable, at: place, pointer: "", (pair.a.record, pair.b.record))
    } else {
      compareMembers(at: place)
      if pair.a.kind == .execution { compareRanks(at: place) }
    }
    let groups = Set(
      (references(of: pair.a, in: graphA) + references(of: pair.b, in: graphB)).map(\.step))
    for step in groups.sorted(by: Self.isBefore) { descend(from: place, step) }
  }

  private func references(
    of node: LineageGraph.Node, in graph: GraphIndex
  ) -> [(step: LineageDiff.Step, to: Int64)] {
    let runs = graph.associates(of: node.index).filter {
      $0.member == .outputExecution || $0.member == .outputDevices
    }
    return (graph.above(node.index) + runs).map {
      (LineageDiff.Step(member: $0.member, role: $0.role), $0.to)
    }
  }

  private static func isBefore(_ left: LineageDiff.Step, _ right: LineageDiff.Step) -> Bool {
    if left.member != right.member { return left.member.rawValue < right.member.rawValue }
    return (left.role ?? "").utf8.lexicographicallyPrecedes((right.role ?? "").utf8)
  }

  /// Pairs what both sides refer to by one member and role.
  private mutating func descend(from place: Int, _ step: LineageDiff.Step) {
    func ends(_ node: LineageGraph.Node, _ graph: GraphIndex) -> [LineageGraph.Node] {
      references(of: node, in: graph).filter { $0.step == step }.compactMap { graph.node($0.to) }
        .sorted { $0.index < $1.index }
    }
    let pairing = DiffPairing(
      ends(pairs[place].a, graphA), in: graphA, ends(pairs[place].b, graphB), in: graphB)
    for node in pairing.equal {
      guard shared.count < limits.listed else {
        isCut = true
        break
      }
      shared.append(.init(path: path(to: place) + [step], record: node.digest, kind: node.kind))
    }
    for pair in pairing.pairs { enter(pair.a, pair.b, from: place, step) }
    for node in pairing.onlyA { alone(node, isA: true, from: place, step) }
    for node in pairing.onlyB { alone(node, isA: false, from: place, step) }
  }

  /// Notes a record that has no counterpart; where the other side's was only not listed, nobody can say.
  private mutating func alone(
    _ node: LineageGraph.Node, isA: Bool, from place: Int, _ step: LineageDiff.Step
  ) {
    let (other, graph) = isA ? (pairs[place].b, graphB) : (pairs[place].a, graphA)
    let listed = references(of: other, in: graph).count { $0.step == step }
    let isWhole = graph.graph.truncation.isEmpty || other.record?.references(by: step) == listed
    let side = LineageDiff.Side(record: node.digest, kind: node.kind, value: nil)
    let nature: LineageDiff.Nature = step.member.isDerivation ? .prescribed : .observed
    pairs[place].differences.append(
      .init(
        nature: isWhole ? nature : .unreadable, path: [step], pointer: "",
        a: isA ? side : nil, b: isA ? nil : side))
  }

  private mutating func enter(
    _ a: LineageGraph.Node, _ b: LineageGraph.Node, from place: Int, _ step: LineageDiff.Step
  ) {
    let key = Key(a: a.index, b: b.index)
    if let known = places[key] {
      pairs[place].children.append(known)
    } else if pairs.count < limits.pairs {
      places[key] = pairs.count
      pairs[place].children.append(pairs.count)
      pairs.append(Pair(a: a, b: b, parent: place, step: step))
    } else {
      isCut = true
    }
  }

  // MARK: Noting

  mutating func add(
    _ nature: LineageDiff.Nature, at place: Int, pointer: String,
    _ values: (a: JSONNode?, b: JSONNode?), isSameTensors: Bool = false
  ) {
    let pair = pairs[place]
    pairs[place].differences.append(
      .init(
        nature: nature, path: [], pointer: pointer,
        a: .init(record: pair.a.digest, kind: pair.a.kind, value: values.a),
        b: .init(record: pair.b.digest, kind: pair.b.kind, value: values.b),
        isSameTensors: isSameTensors))
  }

  func path(to place: Int) -> [LineageDiff.Step] {
    var path: [LineageDiff.Step] = []
    var place = place
    while let step = pairs[place].step, let parent = pairs[place].parent {
      path.append(step)
      place = parent
    }
    return path.reversed()
  }

  static func bytes(_ a: LineageGraph.Node, _ b: LineageGraph.Node) -> LineageDiff.Bytes {
    if a.digest == b.digest { return .same }
    guard let a = a.record?.said, let b = b.record?.said else { return .unknown }
    return a == b ? .same : .differ
  }
}

extension JSONNode {
  /// How many records this one refers to by one member and role.
  fileprivate func references(by step: LineageDiff.Step) -> Int {
    guard let value = member(Array(step.member.name.utf8)) else { return 0 }
    guard value.type == .array else { return 1 }
    guard let role = step.role else { return value.count }
    return value.elements.count { $0["role"]?.isText(Array(role.utf8)) == true }
  }

  /// The digest of what a record stands for; of a folder that of its manifest.
  fileprivate var said: [UInt8]? {
    (self["content"] ?? self["manifest"])?["digest"]?.utf8 ?? self["unrecorded"]?.utf8
  }
}
