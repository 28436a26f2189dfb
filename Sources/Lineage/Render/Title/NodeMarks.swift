import Canonical
import Records

/// What must be known before a record is trusted: each is said wherever the record is shown.
package struct NodeMarks: Sendable, Equatable {
  package var isRetracted = false
  /// Its body, its content or rows of it were destroyed.
  package var isErased = false
  /// Every label that was ever put on it, sorted: which of them still holds is the service's to say, and
  /// labels never fall by themselves.
  package var labels: [String] = []

  /// - Parameter graph: one with associations; without them only the erasure of a body is known.
  package init(of node: LineageGraph.Node, in graph: GraphIndex) {
    isErased = node.isErased
    var labels: Set<String> = []
    for edge in graph.statements(about: node.index) {
      switch edge.member {
      case .retractionSubject: isRetracted = true
      case .erasureSubject: isErased = true
      case .labelSubject:
        if let label = graph.node(edge.from)?.record?["label"]?.text {
          labels.insert(PlainText.line(label))
        }
      default: break
      }
    }
    self.labels = labels.sorted()
  }

  package var isEmpty: Bool { !isRetracted && !isErased && labels.isEmpty }

  /// `retracted`, `erased`, `label pii`.
  package var words: [String] {
    (isRetracted ? ["retracted"] : []) + (isErased ? ["erased"] : []) + labels.map { "label \($0)" }
  }

  /// `retracted, erased, label pii`; empty where there is nothing to say.
  package var text: String { words.joined(separator: ", ") }
}
