import Testing

@testable import FileDigests

@Suite struct ParallelWorkTests {
  @Test(arguments: [0, 1, 2, 7, 64])
  func resultsAreInTheOrderOfTheElements(threads: Int) throws {
    for count in [0, 1, 2, 100] {
      let elements = Array(0..<count)
      #expect(
        try inParallel(elements, threads: threads) { (n, _) in n * n } == elements.map { $0 * $0 })
    }
  }

  @Test(arguments: [1, 2, 7, 64])
  func theFirstFailureInOrderIsThrown(threads: Int) {
    for _ in 0..<50 {
      let thrown = #expect(throws: FileDigestError.self) {
        try inParallel(Array(0..<100), threads: threads) { (n, _) throws(FileDigestError) in
          guard n < 30 else {
            throw FileDigestError(code: .unreadable, path: "\(n)", message: "")
          }
          return n
        }
      }
      #expect(thrown?.path == "30")
    }
  }
}
