import Records
import StemmaCrypto
import Testing

@testable import Lineage

/// A retraction at `index` of the record at `subject`.
func retraction(
  _ index: Int64, of subject: Int64, _ effect: Retraction.Effect = .ever,
  replacement: Int64? = nil, previous: Int64? = nil
) -> Retraction {
  Retraction(
    index: index, digest: SHA256.digest(of: Array("\(index)".utf8)), subject: subject,
    effect: effect, reason: "wrong", replacement: replacement, previous: previous)
}

func edges(_ member: ReferenceMember, _ pairs: (Int64, Int64)...) -> [LineageEdge] {
  pairs.map { LineageEdge(from: $0.0, to: $0.1, member: member, role: nil) }
}

@Suite struct StandingRetractionsTests {
  private func standing(_ retractions: Retraction...) -> [Int64: Int64] {
    let all = StandingRetractions(retractions.shuffled()).all
    return Dictionary(uniqueKeysWithValues: all.map { ($0.retraction.index, $0.since) })
  }

  @Test func theNewestOfAChainSpeaksSinceTheFirst() {
    #expect(
      standing(
        retraction(10, of: 1), retraction(12, of: 1, .fromNow, previous: 10),
        retraction(15, of: 1, previous: 12)) == [15: 10])
  }

  @Test func aWithdrawnRetractionDoesNotStand() {
    #expect(standing(retraction(10, of: 1), retraction(11, of: 10)) == [11: 11])
    // Nor does a withdrawal that was withdrawn: the first stands again, since ever.
    #expect(
      standing(retraction(10, of: 1), retraction(11, of: 10), retraction(12, of: 11))
        == [10: 10, 12: 12])
  }

  @Test func aChainReachesBackToWhatWasWithdrawn() {
    #expect(
      standing(
        retraction(10, of: 1), retraction(11, of: 10), retraction(13, of: 1, previous: 10))
        == [11: 11, 13: 13])
  }

  @Test func eachNamespaceRetractsForItself() {
    let both = StandingRetractions([retraction(10, of: 1), retraction(11, of: 1)])
    #expect(both.of(1).map(\.retraction.index) == [10, 11])
    #expect(both.subjects == [1])
  }
}

@Suite struct StalenessTests {
  /// An input 1, views 3 and 5 with outputs 4 and 6, the second over the first's output; input 2 rests on nothing.
  private let graph =
    edges(.viewInputs, (3, 1), (5, 4), (5, 2)) + edges(.outputView, (4, 3), (6, 5), (20, 3))

  private func staleness(_ retractions: Retraction...) -> Staleness {
    Staleness(edges: graph.shuffled(), retractions: StandingRetractions(retractions))
  }

  @Test func itFlowsDownAlongDerivations() {
    let found = staleness(retraction(10, of: 1))
    #expect(Set(found.touchedRecords) == [1, 3, 4, 5, 6, 20])
    #expect(found.reasons(of: 6).retractions.map(\.retraction.index) == [10])
    #expect(!found.isTouched(2))
  }

  @Test func whatWasAlwaysWrongDisownsAllOutputs() {
    let found = staleness(retraction(10, of: 1))
    #expect([4, 6, 20].allSatisfy(found.isDisowned))
  }

  @Test func whatIsWrongFromNowOnDisownsLaterOutputs() {
    let found = staleness(retraction(10, of: 1, .fromNow))
    #expect(!found.isDisowned(4) && !found.isDisowned(6) && found.isDisowned(20))
  }

  @Test func aRetractedOutputIsDisownedWhateverTheEffect() {
    let found = staleness(retraction(10, of: 4, .fromNow))
    #expect(found.isDisowned(4))
    // What was made of it before is lawful.
    #expect(!found.isDisowned(6))
  }

  @Test func twoCausesAreBothNamed() {
    let found = staleness(retraction(12, of: 2), retraction(10, of: 1))
    #expect(found.reasons(of: 5).retractions.map(\.retraction.index) == [10, 12])
    #expect(found.reasons(of: 3).retractions.map(\.retraction.index) == [10])
  }

  @Test func ofManyCausesTheEarliestAreNamed() {
    let inputs: [Int64] = Array(100..<130)
    let edges = inputs.map { LineageEdge(from: 200, to: $0, member: .viewInputs, role: nil) }
    let found = Staleness(
      edges: edges,
      retractions: StandingRetractions(inputs.map { retraction($0 + 200, of: $0) }))
    let reasons = found.reasons(of: 200)
    #expect(reasons.retractions.map(\.retraction.index) == Array(300..<320))
    #expect(reasons.isCut)
  }
}

@Suite struct ViewStandingTests {
  private let nothing = Staleness(edges: [], retractions: StandingRetractions([]))

  @Test func theStrongestReasonDecides() {
    let retractions = StandingRetractions([retraction(10, of: 1), retraction(11, of: 3)])
    let staleness = Staleness(edges: edges(.viewInputs, (3, 1)), retractions: retractions)
    let successions = SuccessionTable([Succession(index: 9, from: 3, to: 4)])
    let standing = ViewStanding(of: 3, staleness, successions: successions)
    #expect(standing.state == .retracted && standing.since == 11)
    #expect(standing.reasons.map(\.state) == [.retracted, .superseded, .stale])
    #expect(ViewStanding(of: 4, staleness).state == .fresh)
  }

  @Test func aPlaceThatWasTakenBackIsHeld() {
    let table = SuccessionTable([
      Succession(index: 10, from: 1, to: 2), Succession(index: 11, from: 2, to: 3),
      Succession(index: 12, from: 3, to: 1),
    ])
    #expect(table.current(from: 1) == nil)
    #expect(table.last(from: 2) == 1)
    #expect(ViewStanding(of: 1, nothing, successions: table).state == .fresh)
    #expect(ViewStanding(of: 3, nothing, successions: table).since == 12)
  }
}
