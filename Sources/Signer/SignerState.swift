import StemmaCrypto
import TransparencyLog

/// What the signer remembers: the tree that it signed, and the batches that may follow it.
///
/// Each batch that was prepared is kept as a branch of its own until a signature decides. A branch is
/// *not* given up when another one is prepared on the same head, although the caller then holds the
/// head's lock: a server that was suspended after it took the lock, and lost it, can send its own,
/// older `prepare` late, and that must not push out the batch which another server has committed since.
/// Only a signature moves the signed tree, always along one branch, so two histories are never signed.
///
/// Branches are kept as right edges, not as leaves: an edge is all that growing and signing need.
struct SignerState: Hashable, Sendable {
  /// A batch that was prepared: the head that it was planned on, and the tree with it.
  struct Batch: Hashable, Sendable {
    let base: TreeHead
    let edge: RightEdge
    let head: TreeHead

    init(base: TreeHead, edge: RightEdge) {
      self.base = base
      self.edge = edge
      head = TreeHead(edge)
    }
  }

  /// One change of the state. What is durable is a start and the steps since.
  enum Step: Hashable, Sendable {
    case prepared(Batch)
    case signed(TreeHead)
  }

  /// How many heads under the signed one are remembered, for whoever asks late.
  static let coveredLimit = 256

  /// How many batches are kept that the newest one does not rest on: failed commits, mostly.
  static let strayLimit = 16

  private(set) var signed: RightEdge
  /// Heads that the signed tree covers, in order of size; the last one is its own.
  private(set) var covered: [TreeHead]
  /// In the order in which they came, so that a batch stands behind the one it rests on.
  private(set) var kept: [Batch] = []

  /// The state of a log that has nothing in it.
  init() {
    signed = RightEdge()
    covered = [TreeHead(signed)]
  }

  /// A state that was kept; nil where `covered` is not in order or does not end in `signed`.
  init?(signed: RightEdge, covered: [TreeHead]) {
    guard covered.last == TreeHead(signed), covered.count <= Self.coveredLimit,
      zip(covered, covered.dropFirst()).allSatisfy({ $0.size < $1.size })
    else { return nil }
    self.signed = signed
    self.covered = covered
  }

  var signedHead: TreeHead { covered[covered.count - 1] }
}

extension SignerState {
  /// What `prepare` would change: nil where the result is known already.
  func prepare(on head: TreeHead, leaves: [Digest]) throws(SignerError) -> Step? {
    guard var edge = edge(of: head) else { throw refusal(of: head) }
    for leaf in leaves { edge.append(leaf) }
    let batch = Batch(base: head, edge: edge)
    return self.edge(of: batch.head) == nil ? .prepared(batch) : nil
  }

  /// What `sign` would change: nil where the signed tree covers `head` already.
  func sign(_ head: TreeHead) throws(SignerError) -> Step? {
    if covered.contains(head) { return nil }
    if kept.contains(where: { $0.head == head }) { return .signed(head) }
    throw SignerError(
      .notPrepared,
      "asked to sign \(head); \(signedHead) is signed and that head is not among the \(kept.count) kept"
    )
  }

  /// Makes the change. False where it is not one that `prepare` or `sign` can have given.
  mutating func apply(_ step: Step) -> Bool {
    switch step {
    case .prepared(let batch): keep(batch)
    case .signed(let head): advance(to: head)
    }
  }

  /// The tree of a head that is signed or kept.
  private func edge(of head: TreeHead) -> RightEdge? {
    head == signedHead ? signed : kept.last { $0.head == head }?.edge
  }

  private mutating func keep(_ batch: Batch) -> Bool {
    guard let base = edge(of: batch.base), base.size < batch.edge.size,
      edge(of: batch.head) == nil
    else { return false }
    kept.append(batch)
    if kept.count > Self.strayLimit { dropStray(besides: batch.head) }
    return true
  }

  /// Drops the oldest batch that `head` does not rest on, with all that rest on it, if there are too many.
  private mutating func dropStray(besides head: TreeHead) {
    let ancestry = Set(path(to: head).map(\.head))
    let strays = kept.filter { !ancestry.contains($0.head) }
    guard strays.count > Self.strayLimit, let oldest = strays.first else { return }
    let dropped = descendants(of: oldest.head)
    kept.removeAll { dropped.contains($0.head) }
  }

  private mutating func advance(to head: TreeHead) -> Bool {
    let path = path(to: head)
    guard let last = path.last else { return false }
    let following = descendants(of: head)
    signed = last.edge
    covered = (covered + path.map(\.head)).suffix(Self.coveredLimit)
    kept.removeAll { $0.head == head || !following.contains($0.head) }
    return true
  }

  /// The kept batches that lead from the signed tree to `head`, in that order.
  private func path(to head: TreeHead) -> [Batch] {
    var path: [Batch] = []
    var next = head
    for batch in kept.reversed() where batch.head == next {
      path.append(batch)
      next = batch.base
    }
    return path.reversed()
  }

  /// `head` and the heads of all kept batches that rest on it.
  private func descendants(of head: TreeHead) -> Set<TreeHead> {
    var heads: Set = [head]
    for batch in kept where heads.contains(batch.base) { heads.insert(batch.head) }
    return heads
  }

  /// Why a head that is neither signed nor kept is refused.
  private func refusal(of head: TreeHead) -> SignerError {
    let known = kept.map(\.head.size).max() ?? signed.size
    if head.size < signed.size {
      return SignerError(
        .behind, "the database's log is \(head), but \(signedHead) is signed: restored, or stale")
    }
    if head.size <= known {
      return SignerError(
        .diverged,
        "the database's log is \(head), which nobody prepared; signed is \(signedHead)")
    }
    return SignerError(
      .foreign,
      "the database's log is \(head); the signer was told of nothing from index \(known) on")
  }
}

extension TreeHead {
  init(_ edge: RightEdge) { self.init(size: edge.size, root: edge.root) }
}

extension TreeHead: CustomStringConvertible {
  package var description: String { "\(root.hex) of size \(size)" }
}
