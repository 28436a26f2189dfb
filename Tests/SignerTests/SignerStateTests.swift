import StemmaCrypto
import Testing
import TransparencyLog

@testable import Signer

@Suite struct SignerStateTests {
  private let all = leaves(0..<40)

  /// Signed up to 3, a batch to 5 kept, and one to 9 on it.
  private func example() throws -> SignerState {
    var state = SignerState()
    try state.prepareNow(on: head(of: []), Array(all[..<3]))
    try state.signNow(head(of: all[..<3]))
    try state.prepareNow(on: head(of: all[..<3]), Array(all[3..<5]))
    try state.prepareNow(on: head(of: all[..<5]), Array(all[5..<9]))
    return state
  }

  @Test func signsWhatWasPrepared() throws {
    var state = try example()
    #expect(state.signedHead == head(of: all[..<3]))
    try state.signNow(head(of: all[..<5]))
    #expect(state.signedHead == head(of: all[..<5]))
    #expect(state.kept.map(\.head) == [head(of: all[..<9])])
    try state.signNow(head(of: all[..<9]))
    #expect(state.kept.isEmpty)
  }

  @Test func signsOverBatchesOfWhichItWasNotTold() throws {
    var state = try example()
    try state.signNow(head(of: all[..<9]))
    // The committer of the batch between asks late: it is covered.
    #expect(try state.sign(head(of: all[..<5])) == nil)
    #expect(state.signedHead == head(of: all[..<9]))
  }

  @Test func everySizeWithEveryOther() throws {
    // Signed to s, kept to k; the database at n of the same history, and of another.
    for signed in 0...8 {
      for kept in signed...8 {
        var state = SignerState()
        try state.prepareNow(on: head(of: []), Array(all[..<signed]))
        try state.signNow(head(of: all[..<signed]))
        for size in signed..<kept {
          try state.prepareNow(on: head(of: all[..<size]), [all[size]])
        }
        for size in 0...10 {
          let expected: SignerError.Code? =
            size < signed ? .behind : size <= kept ? nil : .foreign
          #expect(outcome(of: state, head(of: all[..<size])) == expected)
          guard size > 0 else { continue }
          let other = head(of: leaves(0..<size, salt: "other"))
          let refused: SignerError.Code =
            size < signed ? .behind : size <= kept ? .diverged : .foreign
          #expect(outcome(of: state, other) == refused)
          #expect(throws: SignerError(.notPrepared, "")) { try state.sign(other) }
        }
      }
    }
  }

  private func outcome(of state: SignerState, _ head: TreeHead) -> SignerError.Code? {
    do throws(SignerError) {
      _ = try state.prepare(on: head, leaves: [])
      return nil
    } catch {
      return error.code
    }
  }

  @Test func namesTheFirstIndexThatItDoesNotKnow() throws {
    let state = try example()
    do throws(SignerError) {
      _ = try state.prepare(on: head(of: all[..<12]), leaves: [])
      Issue.record("accepted")
    } catch {
      #expect(error.code == .foreign)
      #expect(error.message.contains("from index 9 on"))
    }
  }

  @Test func preparingAgainChangesNothing() throws {
    let state = try example()
    #expect(try state.prepare(on: head(of: all[..<3]), leaves: Array(all[3..<5])) == nil)
    #expect(try state.prepare(on: head(of: all[..<5]), leaves: Array(all[5..<9])) == nil)
    #expect(try state.prepare(on: head(of: all[..<5]), leaves: []) == nil)
  }

  @Test func aLatePrepareTakesNothingAway() throws {
    var state = SignerState()
    let committed = leaves(0..<2, salt: "committed")
    try state.prepareNow(on: head(of: []), committed)
    // A server that lost the head's lock long ago.
    try state.prepareNow(on: head(of: []), leaves(0..<2, salt: "late"))
    try state.signNow(head(of: committed))
    #expect(state.signedHead == head(of: committed))
    #expect(state.kept.isEmpty)
    #expect(throws: SignerError(.notPrepared, "")) {
      try state.sign(head(of: leaves(0..<2, salt: "late")))
    }
  }

  @Test func failedCommitsAreForgottenAtLast() throws {
    var state = SignerState()
    for attempt in 0..<100 {
      try state.prepareNow(on: head(of: []), leaves(0..<2, salt: "\(attempt)"))
      #expect(state.kept.count <= SignerState.strayLimit + 1)
    }
    #expect(throws: SignerError(.notPrepared, "")) {
      try state.sign(head(of: leaves(0..<2, salt: "0")))
    }
    try state.signNow(head(of: leaves(0..<2, salt: "99")))
    #expect(state.signed.size == 2)
  }

  @Test func whatTheNewestRestsOnIsNeverForgotten() throws {
    var state = SignerState()
    let many = leaves(0..<200)
    for size in many.indices {
      try state.prepareNow(on: head(of: many[..<size]), [many[size]])
      try state.prepareNow(on: head(of: many[..<size]), leaves(size..<size + 2, salt: "failed"))
    }
    try state.signNow(head(of: many))
    #expect(state.signedHead == head(of: many))
    #expect(try state.sign(head(of: many[..<100])) == nil)
  }

  @Test func remembersSomeOfTheHeadsThatItSigned() throws {
    var state = SignerState()
    let many = leaves(0..<300)
    for size in many.indices {
      try state.prepareNow(on: head(of: many[..<size]), [many[size]])
      try state.signNow(head(of: many[...size]))
    }
    #expect(state.covered.count == SignerState.coveredLimit)
    #expect(try state.sign(head(of: many[..<45])) == nil)
    #expect(throws: SignerError(.notPrepared, "")) { try state.sign(head(of: many[..<44])) }
  }

  @Test func appliesNothingThatDoesNotFollow() throws {
    let example = try example()
    let steps: [SignerState.Step] = [
      .signed(head(of: all[..<3])), .signed(head(of: all[..<4])), .signed(head(of: all[..<2])),
      .prepared(.init(base: head(of: all[..<4]), edge: edge(of: all[..<6]))),
      .prepared(.init(base: head(of: all[..<9]), edge: edge(of: all[..<9]))),
      .prepared(.init(base: head(of: all[..<9]), edge: edge(of: all[..<4]))),
      .prepared(.init(base: head(of: all[..<3]), edge: edge(of: all[..<5]))),
    ]
    for step in steps {
      var state = example
      let follows = state.apply(step)
      #expect(!follows)
      #expect(state == example)
    }
  }
}
