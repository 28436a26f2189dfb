package import StemmaCrypto

/// How a record came to be, in sentences for somebody who has read no documentation.
///
/// Nothing is said that the records do not say, and each sentence names those that it rests on. What they leave
/// open is said too.
package struct Story: Sendable {
  package enum Topic: String, Sendable, CaseIterable {
    case subject, model, inputs, context, run, earlier, comparison, warnings, unknown, proof

    package var title: String {
      switch self {
      case .subject: "What it is"
      case .model: "Which model made it"
      case .inputs: "What went in"
      case .context: "What was prescribed"
      case .run: "Where it ran"
      case .earlier: "What it rests on further up"
      case .comparison: "How it compares"
      case .warnings: "Labels, retractions and erasures"
      case .unknown: "What is not known"
      case .proof: "Proof"
      }
    }
  }

  package struct Sentence: Sendable {
    package let text: String
    /// The records that say so; none where the answer itself does.
    package let records: [Digest]
  }

  package struct Section: Sendable {
    package let topic: Topic
    package let sentences: [Sentence]
  }

  package let root: LineageGraph.Node
  /// The newest index of the snapshot that it was read at.
  package let at: Int64
  /// In the order of `Topic`; none is empty.
  package private(set) var sections: [Section]
  package let truncation: Truncation

  /// - Parameters:
  ///   - graph: walked up from the record, with records and associations.
  ///   - siblings: one level down from the view of the output that it is of, or from the record where it is a view;
  ///     nil where nobody looked: then nothing is said of other outputs.
  ///   - isAllThereIs: whether the graph comes from a store, which has everything that was said of its records: what is
  ///     not in a bundle may have been left out.
  package init(
    of graph: LineageGraph, siblings: LineageGraph? = nil, isAllThereIs: Bool = true
  ) throws(LineageFormatError) {
    let index = GraphIndex(graph)
    guard let root = index.node(graph.root) else {
      throw LineageFormatError("/root", "the record is not among the nodes")
    }
    self.root = root
    at = graph.at
    truncation = graph.truncation.union(siblings?.truncation.subtracting([.depth, .beside]) ?? [])
    let teller = StoryTeller(
      root: root, graph: index, siblings: siblings.map(GraphIndex.init),
      isAllThereIs: isAllThereIs)
    sections = Topic.allCases.compactMap { topic in
      let sentences = teller.sentences(on: topic)
      return sentences.isEmpty ? nil : Section(topic: topic, sentences: sentences)
    }
  }

  /// Replaces what is said of the proof, once somebody has checked it.
  package mutating func prove(_ sentence: String) {
    sections.removeAll { $0.topic == .proof }
    sections.append(
      Section(topic: .proof, sentences: [Sentence(text: sentence, records: [root.digest])]))
  }
}
