package import Records

/// Which records are shown beside the nodes of a lineage, as a state machine. Whoever has edges drives it:
///
///     while let step = beside.next() { beside.take(the edges of step, as StepQuery orders them) }
///
/// Beside a node stand what it is associated with (an output's execution and devices) and what speaks of it:
/// names, labels, retractions, verdicts, … Beside those stand the ranks of an execution with their devices and how
/// they ended, the move that took a name away again, the approvals of a label, and what replaces what was retracted
/// or superseded.
package struct BesideWalk: Sendable {
  /// References from, or to, each of some nodes.
  package struct Step: Sendable, Hashable {
    /// Ascending, each once.
    package let nodes: [Int64]
    package let direction: WalkDirection
    package let members: MemberSet
    /// Edges to ask for of each node and member.
    package let limitEach: Int

    package init(
      nodes: [Int64], direction: WalkDirection, members: MemberSet,
      limitEach: Int = BesideWalk.limitEach + 1
    ) {
      self.nodes = nodes
      self.direction = direction
      self.members = members
      self.limitEach = limitEach
    }
  }

  /// Records shown to people of each node and member at the most, the newest ones.
  package static let limitEach = 20
  /// How many edges to ask for where those lead to fewer records: a rank names the class of each of its cards.
  package static let askAgain = 4096

  private let limitEach: Int

  /// All that the walk listed, on this page and on others.
  private let places: Set<Int64>
  private let walked: MemberSet
  private var steps: [Step]
  private var current: Step?
  private var asked: Set<Int64> = []
  private var found: Set<LineageEdge> = []
  /// In the order in which they were found.
  package private(set) var edges: [LineageEdge] = []
  /// More stands beside the nodes than is shown.
  package private(set) var isCut = false

  /// - Parameters:
  ///   - nodes: those of the answer, or of its page.
  ///   - direction: a walk down has the verdicts on its nodes already.
  ///   - walked: the members that the walk followed: its own edges are not shown a second time.
  ///   - places: where `nodes` are a part of what the walk listed, all of that: a node of another part is none that
  ///     stands beside.
  ///   - limitEach: records of each node and member.
  package init(
    nodes: some Sequence<Int64>, direction: LineageGraph.Direction,
    walked: MemberSet = .derivations, places: some Sequence<Int64> = EmptyCollection(),
    limitEach: Int = Self.limitEach
  ) {
    self.limitEach = limitEach
    let own = Set(nodes)
    self.places = own.union(places)
    self.walked = walked
    let sorted = own.sorted()
    let speaking = direction == .down ? Self.speaking : Self.speaking.union([.verdictOutputs])
    steps =
      sorted.isEmpty
      ? []
      : [
        Step(
          nodes: sorted, direction: .up, members: Self.associations, limitEach: limitEach + 1),
        Step(nodes: sorted, direction: .down, members: speaking, limitEach: limitEach + 1),
      ]
  }

  /// What to look up next; nil at the end.
  package mutating func next() -> Step? {
    if steps.isEmpty { steps = followingSteps() }
    current = steps.isEmpty ? nil : steps.removeFirst()
    return current
  }

  /// Takes the edges of the step that `next` gave last: up to its `limitEach` of each node and member, the newest
  /// first.
  package mutating func take(_ edges: some Sequence<LineageEdge>) {
    guard let current else { return }
    var counts: [Place: (edges: Int, ends: Set<Int64>)] = [:]
    for edge in edges {
      let (near, far) = current.direction == .up ? (edge.from, edge.to) : (edge.to, edge.from)
      let place = Place(node: near, member: edge.member)
      counts[place, default: (0, [])].edges += 1
      counts[place, default: (0, [])].ends.insert(far)
      if counts[place, default: (0, [])].ends.count > limitEach {
        isCut = true
      } else if !isOfTheWalk(edge), found.insert(edge).inserted {
        self.edges.append(edge)
      }
    }
    let full = counts.filter {
      $0.value.edges >= current.limitEach && $0.value.ends.count <= limitEach
    }.keys
    guard !full.isEmpty else { return }
    if current.limitEach < Self.askAgain {
      steps.append(
        Step(
          nodes: Set(full.map(\.node)).sorted(), direction: current.direction,
          members: MemberSet(full.map(\.member)), limitEach: Self.askAgain))
    } else {
      isCut = true
    }
  }

  private struct Place: Hashable {
    let node: Int64
    let member: ReferenceMember
  }

  /// The records that stand beside the nodes, ascending.
  package var indices: [Int64] {
    Set(edges.flatMap { [$0.from, $0.to] }).subtracting(places).sorted()
  }

  private func isOfTheWalk(_ edge: LineageEdge) -> Bool {
    walked.contains(edge.member) && places.contains(edge.from) && places.contains(edge.to)
  }

  /// What is beside those that are beside a node.
  private mutating func followingSteps() -> [Step] {
    var steps: [Step] = []
    func add(_ indices: [Int64], _ direction: WalkDirection, _ members: [ReferenceMember]) {
      let nodes = Set(indices).subtracting(asked).sorted()
      if !nodes.isEmpty {
        steps.append(
          Step(
            nodes: nodes, direction: direction, members: MemberSet(members),
            limitEach: limitEach + 1))
      }
    }
    let executions = edges.filter { $0.member == .outputExecution }.map(\.to)
    let ranks = speakers(by: .rankExecution)
    let names = speakers(by: .nameTarget)
    let labels = speakers(by: .labelSubject)
    let retractions = speakers(by: .retractionSubject)
    let successions = speakers(by: .successionFrom) + speakers(by: .successionTo)
    add(executions, .down, [.rankExecution])
    add(ranks, .up, [.rankDevices])
    add(ranks, .down, [.endedRank, .attestationRank])
    add(names, .down, [.namePrevious])
    add(labels, .down, [.approvalSubject])
    add(retractions, .up, [.retractionReplacement])
    add(successions, .up, [.successionFrom, .successionTo])
    asked.formUnion(executions + ranks + names + labels + retractions + successions)
    return steps
  }

  private func speakers(by member: ReferenceMember) -> [Int64] {
    edges.filter { $0.member == member }.map(\.from)
  }

  private static let associations = MemberSet(ReferenceMember.associations)

  /// Members of the records that speak of another one.
  private static let speaking = MemberSet([
    .nameTarget, .namePrevious, .retractionSubject, .labelSubject, .noteSubject, .approvalSubject,
    .erasureSubject, .successionFrom, .successionTo, .resolutionView, .rankExecution, .endedRank,
    .attestationRank,
  ])
}
