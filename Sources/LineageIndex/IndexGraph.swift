import Records
import Store

/// The references of the records below `count`, both ways: append-only, and packed.
///
/// A record takes 12 bytes and 16 for each member by which others refer to it; a reference 6 bytes upwards, and 6 and
/// the unused end of its extent downwards.
struct IndexGraph: Sendable {
  /// A reference on its way in.
  struct Edge {
    let target: UInt32
    let label: UInt16
  }

  /// Kind and namespace of a record in one word.
  struct Node: BitwiseCopyable, Sendable {
    private let bits: UInt32

    /// By number; 0 and those after the last one are never asked for.
    private static let kinds = (0..<32).map { Kind(rawValue: $0) ?? .input }

    init(kind: Kind, namespace: UInt32) {
      bits = namespace << 5 | UInt32(truncatingIfNeeded: kind.rawValue)
    }

    var kind: Kind { Self.kinds[Int(bits & 31)] }
    var namespace: UInt32 { bits >> 5 }
  }

  private(set) var nodes = Column<Node>()
  /// By record: its first edge.
  private var starts = Column<UInt32>()
  /// By edge: where it leads.
  private var targets = Column<UInt32>()
  private var edgeLabels = Column<UInt16>()
  private(set) var children = ChildLists()
  private(set) var labels = EdgeLabels()
  private var namespaces = NamespaceNumbers()

  var count: Int { nodes.count }
  var edgeCount: Int { targets.count }

  /// What the columns take. Names of namespaces and roles come on top: they are few.
  var byteCount: Int {
    nodes.byteCount + starts.byteCount + targets.byteCount + edgeLabels.byteCount
      + children.byteCount
  }

  /// The edges of a record, by target, then member number, then role bytes.
  func edges(of record: Int) -> Range<Int> {
    let end = record + 1 < starts.count ? Int(starts[record + 1]) : targets.count
    return Int(starts[record])..<end
  }

  func target(of edge: Int) -> UInt32 { targets[edge] }
  func label(of edge: Int) -> UInt16 { edgeLabels[edge] }

  /// The numbers of those namespaces that have records.
  func numbers(of names: [String]) -> [UInt32] { names.compactMap { namespaces[$0] } }

  /// The number for a namespace, given out on first sight.
  ///
  /// - Throws: `.unavailable` where there are none left.
  mutating func number(ofNamespace name: String) throws(StoreError) -> UInt32 {
    guard let number = namespaces.number(of: name) else { throw Self.full("namespaces") }
    return number
  }

  /// The number for a label, given out on first sight.
  ///
  /// - Throws: `.unavailable` where there are none left.
  mutating func number(of label: EdgeLabel) throws(StoreError) -> UInt16 {
    guard let number = labels.number(of: label) else { throw Self.full("roles") }
    return number
  }

  /// Appends the record `count`, with edges to smaller indices, in any order; they are left sorted.
  ///
  /// - Throws: `.unavailable` where it has no room: the graph is then as it was.
  mutating func append(
    kind: Kind, namespace: UInt32, edges: inout [Edge]
  ) throws(StoreError) {
    guard count < Int(UInt32.max), targets.count + edges.count < Int(UInt32.max), !children.isFull
    else { throw Self.full("records") }
    if edges.count > 1 {
      let labels = labels.all
      edges.sort {
        guard $0.target == $1.target else { return $0.target < $1.target }
        return labels[Int($0.label)] < labels[Int($1.label)]
      }
    }
    let own = UInt32(count)
    starts.append(UInt32(targets.count))
    for edge in edges {
      targets.append(edge.target)
      edgeLabels.append(edge.label)
      children.add(
        own, label: edge.label,
        member: UInt8(truncatingIfNeeded: labels.all[Int(edge.label)].member.rawValue),
        to: Int(edge.target))
    }
    children.appendRecord()
    nodes.append(Node(kind: kind, namespace: namespace))
  }

  private static func full(_ what: String) -> StoreError {
    StoreError(.unavailable, "the lineage index has no numbers left for \(what)")
  }
}

/// Short numbers for the names of namespaces.
struct NamespaceNumbers: Sendable {
  /// What `IndexGraph.Node` has room for.
  private static let limit = 1 << 27

  // A name is of ASCII (`Namespace`), so `String` compares its bytes.
  private var numbers: [String: UInt32] = [:]

  subscript(name: String) -> UInt32? { numbers[name] }

  /// The number of `name`, given out on first sight; nil where there are none left.
  mutating func number(of name: String) -> UInt32? {
    if let number = numbers[name] { return number }
    guard numbers.count < Self.limit else { return nil }
    let number = UInt32(numbers.count)
    numbers[name] = number
    return number
  }
}
