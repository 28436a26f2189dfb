import Records

/// A lineage as a tree on a terminal.
///
/// Each record stands in full where it is met first and afterwards in one line. What is associated with it
/// stands under it, after a dot. Takes any depth: nothing here calls itself.
package struct TreeText {
  private let graph: GraphIndex
  private let style: TextStyle
  private var output = ""
  private var rails: TreeRails
  /// Shown in full already: nodes, and executions beside them.
  private var shown: Set<Int64> = []

  /// The tree's text; its last lines say what it leaves out.
  package static func render(_ graph: LineageGraph, _ style: TextStyle) -> String {
    var tree = TreeText(graph: GraphIndex(graph), style: style)
    tree.render()
    return tree.output
  }

  private init(graph: GraphIndex, style: TextStyle) {
    self.graph = graph
    self.style = style
    rails = TreeRails(width: style.width)
  }

  private mutating func render() {
    let whole = graph.graph
    switch whole.direction {
    case .up, .down:
      grow(from: whole.root, along: whole.direction)
    case .both:
      heading("What it rests on")
      grow(from: whole.root, along: .up)
      heading("\nWhat rests on it")
      shown.remove(whole.root)
      grow(from: whole.root, along: .down)
    }
    // Reached through records that are not listed: of other kinds, or on an earlier page.
    for node in whole.nodes where !shown.contains(node.index) {
      let isAbove = (node.distance ?? 0) < 0
      grow(from: node.index, along: isAbove ? .up : .down)
    }
    for sentence in whole.truncation.explanations { heading("\nNot all is here: \(sentence).") }
  }

  private mutating func heading(_ text: String) {
    var line = StyledLine()
    line.append(text, .bold)
    line.write(to: &output, TextStyle(isColoured: style.isColoured))
  }

  /// Depth first, with the open levels in an array.
  private mutating func grow(from root: Int64, along direction: LineageGraph.Direction) {
    guard let node = graph.node(root), node.distance != nil else { return }
    var open: [ArraySlice<LineageEdge>] = []
    let first = record(node, edge: nil, along: direction)
    rails.open()
    open.append(first)
    while let level = open.indices.last {
      guard let edge = open[level].popFirst() else {
        open.removeLast()
        rails.close()
        continue
      }
      if open[level].isEmpty { rails.beginLast() }
      guard let node = graph.node(direction == .up ? edge.to : edge.from) else { continue }
      let children = record(node, edge: edge, along: direction)
      if !children.isEmpty {
        rails.open()
        open.append(children)
      }
    }
  }

  /// Writes a record and what stands beside it.
  ///
  /// - Returns: the references to follow; none where the record was shown before.
  private mutating func record(
    _ node: LineageGraph.Node, edge: LineageEdge?, along direction: LineageGraph.Direction
  ) -> ArraySlice<LineageEdge> {
    let isNew = shown.insert(node.index).inserted
    let title = NodeTitle(of: node, in: graph)
    var line = StyledLine()
    line.append(rails.branch, .dim)
    if let edge { line.append(Self.label(edge, to: title.kind, direction), .cyan) }
    line.append(title.kind.name, .bold)
    append(title.marks, to: &line)
    let description = isNew ? title.description : title.called ?? ""
    if !description.isEmpty { line.append(" \(description)") }
    write(line, for: node, isShownBefore: !isNew)
    let all = direction == .up ? graph.above(node.index) : graph.below(node.index)
    let children =
      isNew ? all.filter { graph.node($0.to) != nil && graph.node($0.from) != nil } : []
    if isNew {
      let margin = rails.margin(hasChildren: !children.isEmpty)
      for beside in BesideLine.all(of: node.index, in: graph) { write(beside, margin) }
    }
    return children[...]
  }

  private mutating func write(_ beside: BesideLine, _ margin: String) {
    var line = StyledLine()
    line.append(margin + (beside.isInner ? "    " : "· "), .dim)
    let isAgain = beside.hasInner && !shown.insert(beside.node.index).inserted
    line.append("\(beside.title.kind.name) ", beside.isWarning ? .red : .plain)
    line.append(beside.title.description, beside.isWarning ? .red : .plain)
    write(line, for: beside.node, isShownBefore: isAgain)
    guard !isAgain else { return }
    for inner in beside.inner(in: graph) { write(inner, margin) }
  }

  /// The member, and the role where there is one: `inputs data: `. Not said where it is the kind itself: a view's
  /// model is a model.
  private static func label(
    _ edge: LineageEdge, to kind: Kind, _ direction: LineageGraph.Direction
  ) -> String {
    guard direction == .up else {
      let role = edge.role.map { " \(PlainText.line($0))" } ?? ""
      return "\(edge.member.name)\(role) in "
    }
    if let role = edge.role { return "\(edge.member.name) \(PlainText.line(role)): " }
    return edge.member.name == kind.name ? "" : "\(edge.member.name): "
  }

  private func append(_ marks: NodeMarks, to line: inout StyledLine) {
    guard !marks.isEmpty else { return }
    line.append(" [\(marks.text)]", marks.isRetracted || marks.isErased ? .red : .yellow)
  }

  private mutating func write(
    _ line: StyledLine, for node: LineageGraph.Node, isShownBefore: Bool
  ) {
    var tail = StyledLine()
    tail.append("  #\(node.index) \(NodeTitle.short(node.digest))", .dim)
    if isShownBefore { tail.append(" (shown above)", .dim) }
    line.write(to: &output, style, tail: tail)
  }
}
