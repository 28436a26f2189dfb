import Testing
import TransparencyLog

@testable import Store

@Suite struct WitnessStateTests {
  private let start = ContinuousClock.now

  @Test func oneThatFailsIsLeftAloneTwiceAsLongEachTimeUpToTheLongest() {
    var state = WitnessState()
    var now = start
    for pause in [1, 2, 4, 8, 16, 30, 30, 30] {
      let isAsked = state.begins(at: now)
      #expect(isAsked)
      state.took(.failed("dead"), size: 5, at: now, WitnessTiming())
      now += .seconds(pause)
      let isAskedEarly = state.begins(at: now - .milliseconds(1))
      #expect(!isAskedEarly, "\(pause) s are not over")
    }
    for _ in 0..<100 { state.took(.failed("dead"), size: 5, at: now, WitnessTiming()) }
    let isAsked = state.begins(at: now + .seconds(30))
    #expect(isAsked, "however often it failed")
    #expect(state.counters == .init(asked: 9, cosigned: 0, failed: 108))
    #expect(state.size == 0)
  }

  @Test func aCosignatureMakesGoodWhatWas() throws {
    var state = WitnessState()
    state.took(.contradicted("a fork"), size: 5, at: start, WitnessTiming())
    var isAsked = state.begins(at: start)
    #expect(state.contradiction == "a fork" && !isAsked)
    state.took(.failed("dead"), size: 5, at: start, WitnessTiming())
    #expect(state.contradiction == "a fork", "what is not answered does not take it back")
    let key = try CosigningKey(name: "w", seed: [UInt8](repeating: 1, count: 32))
    state.took(.cosigned(key.cosign([], time: 1)), size: 7, at: start, WitnessTiming())
    isAsked = state.begins(at: start)
    #expect(state.contradiction == nil && state.size == 7 && isAsked)
    state.took(.failed("dead"), size: 8, at: start, WitnessTiming())
    isAsked = state.begins(at: start + .seconds(1))
    #expect(isAsked, "the pauses begin anew")
    #expect(state.size == 7)
  }

  @Test func oneThatIsAheadIsAskedAgainAtOnce() {
    var state = WitnessState()
    state.took(.ahead(9), size: 5, at: start, WitnessTiming())
    let isAsked = state.begins(at: start)
    #expect(isAsked)
    #expect(state.size == 0, "a size beyond the checkpoint proves nothing")
  }
}
