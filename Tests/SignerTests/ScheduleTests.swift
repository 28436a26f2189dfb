import SeededRandom
import Testing

@testable import Signer

@Suite struct ScheduleTests {
  /// Every schedule of two servers up to a length: nobody who holds the lock is refused, every commit is
  /// covered by what its server gets, and nothing is signed that was not committed.
  @Test(arguments: [false, true])
  func everyShortSchedule(restores: Bool) throws {
    var ends = 0
    try search(TwoCommitters(), depth: restores ? 9 : 11, restores, &ends)
    #expect(ends > 1000)
  }

  private func search(
    _ world: TwoCommitters, depth: Int, _ restores: Bool, _ ends: inout Int
  ) throws {
    guard depth > 0 else {
      world.checkConsistency()
      ends += 1
      return
    }
    for server in 0...1 {
      for action in world.actions(of: server, restores: restores) {
        var next = world
        try next.perform(action, by: server)
        try search(next, depth: depth - 1, restores, &ends)
      }
    }
  }

  /// Long schedules from seeds, with restarts of the signer.
  @Test(arguments: [false, true])
  func longSchedules(restores: Bool) throws {
    var signed = 0
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var world = TwoCommitters()
      for _ in 0..<100 {
        let server = Int.random(in: 0...1, using: &random)
        let restores = restores && Int.random(in: 0..<20, using: &random) == 0
        // A server can only wait where the other one holds the lock.
        guard
          let action = world.actions(of: server, restores: restores).randomElement(using: &random)
        else { continue }
        try world.perform(action, by: server)
        if Int.random(in: 0..<20, using: &random) == 0 { try world.restartSigner() }
      }
      world.checkConsistency()
      signed += world.signedHeads.count
    }
    #expect(signed > 200)
  }
}
