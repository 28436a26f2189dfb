import Canonical
import Records
import StemmaCrypto

/// Makes the sentences of a story, topic by topic.
struct StoryTeller {
  typealias Node = LineageGraph.Node
  typealias Sentence = Story.Sentence

  let root: Node
  let graph: GraphIndex
  let siblings: GraphIndex?
  let isAllThereIs: Bool
  /// The view that the root is an output of, or is.
  let view: Node?

  /// Items of one list that are told one by one.
  static let longest = 12

  init(root: Node, graph: GraphIndex, siblings: GraphIndex?, isAllThereIs: Bool) {
    self.root = root
    self.graph = graph
    self.siblings = siblings
    self.isAllThereIs = isAllThereIs
    view =
      root.kind == .view
      ? root
      : graph.above(root.index).first { $0.member == .outputView }.flatMap { graph.node($0.to) }
  }

  func sentences(on topic: Story.Topic) -> [Sentence] {
    switch topic {
    case .subject: subject
    case .model: view.map(model) ?? []
    case .inputs: view.map(inputs) ?? []
    case .context: view.map(context) ?? []
    case .run: runs
    case .earlier: earlier
    case .comparison: comparison
    case .warnings: labels + retractions + erasures + allClear
    case .unknown: unknown
    case .proof: proof
    }
  }

  private var proof: [Sentence] {
    [
      say(
        "It is entry \(root.index) of the site's signed log: `stemma receipt \(root.digest)` gets the proof, which anybody can check.",
        root)
    ]
  }

  // MARK: What every topic needs

  func say(_ text: String, _ nodes: Node...) -> Sentence { say(text, nodes) }

  func say(_ text: String, _ nodes: [Node]) -> Sentence {
    var digests: [Digest] = []
    for node in nodes where !digests.contains(node.digest) { digests.append(node.digest) }
    return Sentence(text: text, records: digests)
  }

  /// Kind, name and size; `input datasets/d@latest, text/csv, 12 kB`.
  func title(_ node: Node) -> String { NodeTitle(of: node, in: graph).text }

  /// What a node rests on, or is associated with, by one member, in the order of the log.
  func targets(of node: Node, _ member: ReferenceMember) -> [Node] {
    let edges = member.isDerivation ? graph.above(node.index) : graph.associates(of: node.index)
    return edges.filter { $0.member == member }.compactMap { graph.node($0.to) }
  }

  /// The records that speak of a node by one member, the oldest first.
  func speakers(_ member: ReferenceMember, about node: Node) -> [Node] {
    graph.statements(about: node.index).filter { $0.member == member }
      .compactMap { graph.node($0.from) }.sorted { $0.index < $1.index }
  }

  /// `12 inputs`, or with a list: at most `longest` of its items, and how many more there are.
  func list(_ items: [String]) -> String {
    guard items.count > Self.longest else { return items.joined(separator: ", ") }
    return items.prefix(Self.longest).joined(separator: ", ")
      + " and \(items.count - Self.longest) more"
  }
}

extension JSONNode {
  /// A value for people: strings without their quotes; one line that holds nothing harmful.
  var plain: String {
    PlainText.line(text ?? String(decoding: canonicalBytes(), as: UTF8.self), limit: 80)
  }

  /// The values in an object that are no objects themselves, with the keys that lead to them.
  var leaves: [(path: String, value: JSONNode)] {
    guard type == .object, count > 0 else { return [("", self)] }
    return members.flatMap { key, value in
      value.leaves.map { path, leaf in
        (path.isEmpty ? key.plain : "\(key.plain).\(path)", leaf)
      }
    }
  }

  /// `c = 0.01`, for each of its leaves.
  var settings: [String] { leaves.map { "\($0.path) = \($0.value.plain)" } }
}
