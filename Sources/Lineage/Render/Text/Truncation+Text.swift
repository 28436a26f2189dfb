extension Truncation {
  /// Why an answer is not all there is, a sentence for each reason.
  package var explanations: [String] {
    let sentences: [(Truncation, String)] = [
      (.nodes, "more records follow after the last one"),
      (.edges, "references between these records were left out"),
      (.depth, "it goes on beyond the depth that was asked for"),
      (.work, "the walk was given up: there are too many references"),
      (.namespace, "something above lies in a namespace that is not seen from here"),
      (.beside, "more stands beside some records than is shown"),
    ]
    return sentences.filter { contains($0.0) }.map(\.1)
  }
}
