import StemmaCrypto
import Testing

@testable import Signer

/// A database with a head and its lock, two servers that commit to it, and the signer.
///
/// A value: a search can go on from each state in turn.
struct TwoCommitters {
  /// What a server can be at.
  enum Stage: Hashable {
    case idle
    /// Holds the head's lock, or did when it read `base`.
    case locked(base: Int)
    case prepared(base: Int, leaves: [Digest])
    /// Was told that its COMMIT happened.
    case committed(history: [Digest])
  }

  enum Action {
    /// Lock the head.
    case lock
    /// The database ends the session, and the server does not know yet.
    case loseLock
    case prepare
    case commit
    /// COMMIT happens and the server dies before it hears of it.
    case commitUnheard
    case rollBack
    case sign
    /// The database goes back to an earlier state: a restore, or a stale failover.
    case restore
  }

  private(set) var database: [Digest] = []
  private var owner: Int?
  private var stages: [Stage] = [.idle, .idle]
  private(set) var signer = SignerState()
  /// The longest history that was signed, and every head ever signed.
  private(set) var signedHistory: [Digest] = []
  private(set) var signedHeads: Set<TreeHead> = []
  /// Every history that was ever prepared, by its head.
  private var histories: [TreeHead: [Digest]] = [head(of: []): []]
  private var nextLeaf = 0
  private(set) var wasRestored = false

  /// What the server can do now. `restores` says whether the database may go back.
  func actions(of server: Int, restores: Bool) -> [Action] {
    let holds = owner == server
    var actions: [Action] = []
    if restores, !database.isEmpty { actions.append(.restore) }
    switch stages[server] {
    case .idle: if owner == nil { actions.append(.lock) }
    case .locked: actions += holds ? [.prepare, .rollBack, .loseLock] : [.prepare, .rollBack]
    case .prepared:
      actions += holds ? [.commit, .commitUnheard, .rollBack, .loseLock] : [.rollBack]
    case .committed: actions.append(.sign)
    }
    return actions
  }

  /// Does it, and checks that nothing is signed that should not be.
  mutating func perform(_ action: Action, by server: Int) throws {
    switch (action, stages[server]) {
    case (.lock, .idle):
      owner = server
      stages[server] = .locked(base: database.count)
    case (.loseLock, _):
      owner = nil
    case (.rollBack, _):
      if owner == server { owner = nil }
      stages[server] = .idle
    case (.prepare, .locked(let base)):
      try prepare(server, base)
    case (.commit, .prepared(_, let leaves)):
      database += leaves
      owner = nil
      stages[server] = .committed(history: database)
    case (.commitUnheard, .prepared(_, let leaves)):
      database += leaves
      owner = nil
      stages[server] = .idle
    case (.sign, .committed(let history)):
      try sign(server, history)
    case (.restore, _):
      database.removeLast()
      owner = nil
      wasRestored = true
    default:
      Issue.record("\(action) in \(stages[server])")
    }
  }

  /// The signer starts again from its journal.
  mutating func restartSigner() throws {
    let read = try JournalReader(JournalImage(startingWith: signer).bytes).state
    #expect(read == signer)
    signer = read
  }

  private mutating func prepare(_ server: Int, _ base: Int) throws {
    let count = 1 + nextLeaf % 2
    let new = leaves(nextLeaf..<nextLeaf + count)
    nextLeaf += count
    // A server without the lock may have read a history that is not the database's any more.
    guard base <= database.count else { return stages[server] = .idle }
    let before = Array(database[..<base])
    do throws(SignerError) {
      try signer.prepareNow(on: head(of: before), new)
      histories[head(of: before + new)] = before + new
      stages[server] = .prepared(base: base, leaves: new)
    } catch {
      #expect(owner != server || wasRestored, "refused who holds the lock: \(error)")
      if owner == server { owner = nil }
      stages[server] = .idle
    }
  }

  private mutating func sign(_ server: Int, _ history: [Digest]) throws {
    stages[server] = .idle
    do throws(SignerError) {
      try signer.signNow(head(of: history))
    } catch {
      #expect(wasRestored, "refused a committed head: \(error)")
      return
    }
    signedHeads.insert(signer.signedHead)
    let signed = try #require(histories[signer.signedHead], "signed what nobody prepared")
    #expect(signed.starts(with: signedHistory), "forked")
    #expect(signed.starts(with: history), "the checkpoint does not cover the commit")
    if !wasRestored { #expect(database.starts(with: signed), "signed what was not committed") }
    signedHistory = signed
  }

  /// Every head that was ever signed is one of the one history.
  func checkConsistency() {
    for signed in signedHeads {
      #expect(head(of: signedHistory.prefix(Int(signed.size))) == signed)
    }
  }
}
