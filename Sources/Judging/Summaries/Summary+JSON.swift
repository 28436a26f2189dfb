package import Canonical

extension Summary {
  /// What `output.summary` holds.
  package var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("v", .integer(Int64(Self.version))), ("type", .string(type.rawValue)),
      ("items", .integer(Int64(items))), ("seed", .string(HexWords.encode(HexWords.split(seed)))),
    ]
    switch content {
    case .rows(let rows):
      members += [
        ("shape", .array(rows.form.shape.map { .integer(Int64($0)) })),
        ("storage", .string(rows.form.storage)),
        ("nonfinite", .array(rows.nonfinite.map { .integer(Int64($0)) })),
        ("width", .integer(Int64(rows.width))),
        ("rows", .string(HexWords.encode(rows.values.map(\.bitPattern)))),
      ]
    case .labels(let labels):
      members.append(("labels", .string(HexWords.encode(labels.map(UInt32.init(bitPattern:))))))
    case .numbers(let numbers):
      let words = numbers.flatMap { HexWords.split($0.bitPattern) }
      members.append(("numbers", .string(HexWords.encode(words))))
    case .prints(let prints):
      members.append(("prints", .string(HexWords.encode(prints.flatMap(HexWords.split)))))
    }
    return .object(members)
  }

  /// Reads a summary. It comes out of a record that anybody may have written, so everything that later
  /// steps rely on is checked.
  package init(_ node: JSONNode) throws(JudgingError) {
    guard node["v"]?.integer == Int64(Self.version) else {
      throw JudgingError(.summary, "a summary of another version, or none")
    }
    guard let type = node["type"]?.text.flatMap(OutputType.init(rawValue:)),
      let items = node["items"]?.integer, items >= 0,
      let seed = node["seed"].flatMap({ HexWords.decode($0.bytes) }), seed.count == 2
    else { throw JudgingError(.summary, "type, items and seed are needed") }
    let content = try Self.content(node, type: type, items: Int(items))
    self.init(type: type, items: Int(items), seed: HexWords.joined(seed)[0], content: content)
  }

  private static func content(
    _ node: JSONNode, type: OutputType, items: Int
  ) throws(JudgingError) -> Content {
    func words(_ name: StaticString, each: Int, most: Int) throws(JudgingError) -> [UInt32] {
      let kept = min(items, most)
      guard let words = node[name].flatMap({ HexWords.decode($0.bytes) }),
        words.count == kept * each
      else { throw JudgingError(.summary, "\(name): \(kept) items are needed") }
      return words
    }
    switch type {
    case .tensor, .probabilities:
      return .rows(try rows(node, items: items))
    case .labels:
      return .labels(
        try words("labels", each: 1, most: mostLabels).map(Int32.init(bitPattern:)))
    case .scalars:
      guard items <= mostNumbers else { throw JudgingError(.summary, "too many numbers") }
      let words = try words("numbers", each: 2, most: mostNumbers)
      return .numbers(HexWords.joined(words).map(Double.init(bitPattern:)))
    case .tokens, .text, .ranking, .bytes:
      return .prints(HexWords.joined(try words("prints", each: 2, most: mostPrints)))
    }
  }

  private static func rows(_ node: JSONNode, items: Int) throws(JudgingError) -> RowSummary {
    let shape = node["shape"]?.elements.compactMap(\.integer).map { Int($0) } ?? []
    let nonfinite = node["nonfinite"]?.elements.compactMap(\.integer).map { Int($0) } ?? []
    var size = 1
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { throw JudgingError(.summary, "shape: too large") }
      size = product
    }
    guard let storage = node["storage"]?.text, nonfinite.count == 3,
      nonfinite.allSatisfy({ $0 >= 0 }), shape.count == node["shape"]?.count
    else { throw JudgingError(.summary, "shape, storage and nonfinite are needed") }
    let form = TensorForm(shape: shape, storage: storage)
    let width = min(form.width, RowSummary.mostWidth)
    guard form.rows == items, let words = node["rows"].flatMap({ HexWords.decode($0.bytes) }),
      words.count == min(items, mostRows) * width
    else { throw JudgingError(.summary, "rows do not fit the shape") }
    let values = words.map(Float.init(bitPattern:))
    guard values.allSatisfy(\.isFinite) else {
      throw JudgingError(.summary, "rows: finite numbers are needed")
    }
    return RowSummary(form: form, nonfinite: nonfinite, width: width, values: values)
  }
}
