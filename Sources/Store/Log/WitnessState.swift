import TransparencyLog

/// What came of asking a witness.
enum WitnessOutcome: Sendable {
  /// Verified with the key that the policy has for it.
  case cosigned(NoteSignature)

  /// It has cosigned this size of the log already, which is beyond the checkpoint.
  case ahead(Int64)

  /// It knows another history, or says so.
  case contradicted(String)

  case failed(String)
}

/// What is known of a witness, and when it is asked: no clock, no I/O.
struct WitnessState: Sendable {
  struct Counters: Sendable, Equatable {
    var asked = 0
    var cosigned = 0
    var failed = 0
  }

  /// The size that it cosigned last, as far as is known: the next proof begins there.
  private(set) var size: Int64 = 0

  private(set) var counters = Counters()

  /// What it holds against the log; nil again with its next cosignature.
  private(set) var contradiction: String?

  private var failuresInARow = 0
  private var notBefore: ContinuousClock.Instant?

  /// Whether it is not left alone now.
  func isDue(at now: ContinuousClock.Instant) -> Bool { notBefore.map { $0 <= now } ?? true }

  /// Whether to ask it now, and if so notes that it was asked.
  mutating func begins(at now: ContinuousClock.Instant) -> Bool {
    guard isDue(at: now) else { return false }
    counters.asked += 1
    return true
  }

  /// Notes an outcome for a checkpoint of `size`. One that failed is left alone for a pause, twice as long
  /// each time, so that a dead one does not add its time-out to every batch.
  mutating func took(
    _ outcome: WitnessOutcome, size: Int64, at now: ContinuousClock.Instant, _ timing: WitnessTiming
  ) {
    switch outcome {
    case .cosigned:
      self.size = size
      counters.cosigned += 1
      (failuresInARow, notBefore, contradiction) = (0, nil, nil)
    case .ahead:
      // With two servers on one log that is the other one's doing, and over with the next checkpoint.
      counters.failed += 1
    case .contradicted(let reason):
      contradiction = reason
      fail(at: now, timing)
    case .failed:
      fail(at: now, timing)
    }
  }

  private mutating func fail(at now: ContinuousClock.Instant, _ timing: WitnessTiming) {
    counters.failed += 1
    let pause = timing.firstPause * (1 << min(failuresInARow, 10))
    notBefore = now + min(pause, timing.longestPause)
    failuresInARow += 1
  }
}

/// How long witnesses are waited for, and left alone.
package struct WitnessTiming: Sendable {
  /// How long any of them may take.
  package var deadline = Duration.seconds(5)

  /// How long the others may take once the quorum has answered.
  package var grace = Duration.milliseconds(500)

  /// How long one is left alone after it failed: doubled each time, up to the longest.
  package var firstPause = Duration.seconds(1)
  package var longestPause = Duration.seconds(30)

  package init() {}
}

/// How a witness stands, for the metrics page.
package struct WitnessStanding: Sendable {
  /// What the policy calls it.
  package let name: String
  package let asked: Int
  package let cosigned: Int
  package let failed: Int
  /// The size that it cosigned last, as far as is known.
  package let size: Int64
}
