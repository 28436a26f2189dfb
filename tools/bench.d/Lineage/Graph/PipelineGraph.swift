import Records

/// The records of a made-up store and what each refers to, as plain arrays: what is sent to the store is made
/// of it, and what the store then answers is held against it.
///
/// A node's number is the index that its record gets: nodes are committed in their order, into an empty store.
struct PipelineGraph {
  private(set) var kinds: [Kind] = []
  /// Where the references of each node begin; one more than there are nodes.
  private(set) var starts: [Int] = [0]
  private(set) var targets: [UInt32] = []
  private(set) var members: [ReferenceMember] = []
  private(set) var roles: [Role] = []

  /// What an input is to a view.
  enum Role: UInt8, CaseIterable {
    case none, corpus, evidence, labels, previous, tool

    var name: String? { self == .none ? nil : "\(self)" }
  }

  struct Reference {
    let target: UInt32
    let member: ReferenceMember
    var role = Role.none
  }

  var count: Int { kinds.count }

  /// References along which truth flows.
  var derivationCount: Int { members.count { $0.isDerivation } }

  /// Adds a node and returns its number. No two references may be alike.
  mutating func add(_ kind: Kind, _ references: [Reference] = []) -> UInt32 {
    for reference in references {
      targets.append(reference.target)
      members.append(reference.member)
      roles.append(reference.role)
    }
    kinds.append(kind)
    starts.append(targets.count)
    return UInt32(count - 1)
  }

  func references(of node: Int) -> Range<Int> { starts[node]..<starts[node + 1] }
}
