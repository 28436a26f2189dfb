import Canonical
import Testing

@testable import stemma_bench

/// The check of answers finds each thing that can be wrong with one.
@Suite struct AnswerDifferenceTests {
  private static let page = #"""
    {"nodes":[{"index":4,"distance":0},{"index":3,"distance":-1},{"index":2,"distance":-2}],
     "edges":[{"from":4,"to":3,"member":"inputs","role":"previous"},{"from":3,"to":2,"member":"view"}],
     "truncatedBy":["depth"]}
    """#

  private func answer(_ text: String) throws -> PlainLineage.Answer {
    try PlainLineage.Answer(page: JSONDocument(parsing: Array(text.utf8)).root, .up)
  }

  @Test func aPageIsWhatItSays() throws {
    let answer = try answer(Self.page)
    #expect(
      answer.nodes == [
        .init(distance: 0, index: 4), .init(distance: 1, index: 3), .init(distance: 2, index: 2),
      ])
    #expect(answer.difference(from: answer) == nil)
  }

  @Test(arguments: [
    (#""index":2"#, #""index":1"#), (#""distance":-2"#, #""distance":-1"#),
    (#""distance":-2"#, #""distance":2"#),
    (#",{"index":2,"distance":-2}"#, ""), (#",{"from":3,"to":2,"member":"view"}"#, ""),
    (#""to":2"#, #""to":1"#), (#""member":"view""#, #""member":"model""#), ("previous", "evidence"),
    (#","role":"previous""#, ""), (#"["depth"]"#, "[]"), ("depth", "nodes"),
  ])
  func anyChangeIsADifference(from old: String, to new: String) throws {
    let start = try #require(Self.page.firstRange(of: old)?.lowerBound)
    let altered = Self.page[..<start] + new + Self.page[start...].dropFirst(old.count)
    #expect(try answer(String(altered)).difference(from: try answer(Self.page)) != nil)
  }

  @Test func anEdgeTwiceIsNoPage() throws {
    let doubled =
      #"{"nodes":[],"edges":[{"from":3,"to":2,"member":"view"},{"from":3,"to":2,"member":"view"}],"truncatedBy":[]}"#
    #expect(throws: BenchError.self) { try answer(doubled) }
  }
}
