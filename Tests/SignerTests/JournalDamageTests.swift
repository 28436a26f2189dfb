import SeededRandom
import StemmaCrypto
import Testing

@testable import Signer

/// Every damage of a small journal, by class: what was answered upon is never rolled back.
@Suite struct JournalDamageTests {
  /// A journal of five steps, and the state after each number of them.
  private let image: JournalImage
  private let states: [SignerState]

  init() throws {
    let all = leaves(0..<80)
    var state = SignerState()
    var image = JournalImage(startingWith: state)
    var states = [state]
    func take(_ step: SignerState.Step?) throws {
      let step = try #require(step)
      let follows = state.apply(step)
      #expect(follows)
      image.append(step)
      states.append(state)
    }
    try take(state.prepare(on: head(of: []), leaves: Array(all[..<3])))
    try take(state.sign(head(of: all[..<3])))
    try take(state.prepare(on: head(of: all[..<3]), leaves: leaves(3..<5, salt: "failed")))
    try take(state.prepare(on: head(of: all[..<3]), leaves: Array(all[3...])))
    try take(state.sign(head(of: all)))
    self.image = image
    self.states = states
  }

  /// The journal when `answered` steps were answered upon, and the next one perhaps written.
  private func bytes(answered: Int, written: Int) -> [UInt8] {
    var image = image
    image.mark(at: image.ends[answered])
    return Array(image.bytes[..<image.ends[written]])
  }

  private enum Outcome: Equatable {
    /// Read as the state after so many steps.
    case steps(Int)
    case corrupt
  }

  private func outcome(_ bytes: [UInt8]) throws -> Outcome {
    let read: JournalReader
    do throws(SignerError) {
      read = try JournalReader(bytes)
    } catch {
      try #require(error == SignerError(.corrupt, ""))
      return .corrupt
    }
    return .steps(try #require(states.firstIndex(of: read.state)))
  }

  @Test func readsWhatWasWritten() throws {
    for written in states.indices {
      for answered in 0...written {
        #expect(
          try outcome(bytes(answered: answered, written: written)) == .steps(written))
      }
    }
  }

  @Test func cutAnywhereBeforeTheMarkIsCorruptAndBehindItTorn() throws {
    for answered in states.indices.dropLast() {
      let whole = bytes(answered: answered, written: answered + 1)
      for count in whole.indices {
        let isAnswered = count < image.ends[answered]
        #expect(
          try outcome(Array(whole[..<count])) == (isAnswered ? .corrupt : .steps(answered)),
          "cut to \(count)")
      }
    }
  }

  @Test func anyFlippedBitIsCorrupt() throws {
    // Also in a last record whose mark a power cut has lost: rot is never taken for a torn write.
    for answered in [states.count - 2, states.count - 1] {
      let whole = bytes(answered: answered, written: states.count - 1)
      let start = answered == states.count - 1 ? 0 : image.ends[answered]
      for bit in 8 * start..<8 * whole.count {
        var damaged = whole
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(try outcome(damaged) == .corrupt, "bit \(bit)")
      }
    }
  }

  @Test func zerosBehindTheMarkAreTornAndBeforeItCorrupt() throws {
    for answered in states.indices.dropLast() {
      let whole = bytes(answered: answered, written: answered + 1)
      for block in stride(from: 0, to: whole.count, by: JournalFormat.blockSize) {
        // The file was made longer, and the data from one block on did not come.
        var cut = whole
        for i in block..<whole.count { cut[i] = 0 }
        let isAnswered = block < image.ends[answered]
        #expect(try outcome(cut) == (isAnswered ? .corrupt : .steps(answered)))
        // One block alone did not come.
        var hole = whole
        for i in block..<block + JournalFormat.blockSize { hole[i] = 0 }
        #expect(try outcome(hole) == (isAnswered ? .corrupt : .steps(answered)))
      }
      let longer = bytes(answered: answered, written: answered) + Array(repeating: 0, count: 4096)
      #expect(try outcome(longer) == .steps(answered))
    }
  }

  @Test func recordsCannotBeMovedLeftOutOrBorrowed() throws {
    let whole = bytes(answered: 0, written: states.count - 1)
    let pieces = zip([JournalFormat.blockSize] + image.ends, image.ends).map { whole[$0..<$1] }
    let header = Array(whole[..<JournalFormat.blockSize])
    for left in 1..<pieces.count - 1 {
      var fewer = pieces
      fewer.remove(at: left)
      #expect(try outcome(header + fewer.joined()) == .corrupt)
      var swapped = pieces
      swapped.swapAt(left, left + 1)
      #expect(try outcome(header + swapped.joined()) == .corrupt)
    }
    var other = JournalImage(startingWith: states[0], verifierKey: "other+00000000+AQ==")
    other.append(try #require(try states[0].prepare(on: head(of: []), leaves: leaves(0..<3))))
    other.mark(at: other.ends[0])
    #expect(try outcome(header + pieces[0] + other.bytes[other.ends[0]...]) == .corrupt)
  }

  @Test func randomDamageNeverRollsBack() throws {
    var random = SplitMix64(seed: 7)
    let whole = bytes(answered: 4, written: 5)
    for _ in 0..<5000 {
      var damaged = whole
      for _ in 0...Int.random(in: 0...3, using: &random) {
        let start = Int.random(in: 0..<damaged.count, using: &random)
        let end = min(start + Int.random(in: 1...70, using: &random), damaged.count)
        switch Int.random(in: 0...2, using: &random) {
        case 0: for i in start..<end { damaged[i] = UInt8.random(in: 0...255, using: &random) }
        case 1: for i in start..<end { damaged[i] = 0 }
        default: damaged.removeSubrange(start..<end)
        }
        if damaged.isEmpty { break }
      }
      let outcome = try outcome(damaged)
      #expect(outcome == .corrupt || outcome == .steps(4) || damaged == whole)
    }
  }
}
