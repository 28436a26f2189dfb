package import Canonical

/// The contract by which a view's outputs are compared: its `judging`, with what holds where it is
/// silent.
package struct Contract: Sendable, Equatable {
  /// The compute types that an execution may declare. Nil admits every known one. A view that names
  /// them keeps an executor from buying slack by declaring bf16.
  package var dtypes: Set<String>?
  /// What was set; `subscript` has the rest.
  package var margins: [Margin: Double]
  /// Samples after which `inconclusive` stays. Nil: no limit.
  package var nMax: Int?
  /// Whether rows belong together by their order or by a key.
  package var rows: Rows

  package enum Rows: String, Sendable { case ordered, keyed }

  package init(
    dtypes: Set<String>? = nil, margins: [Margin: Double] = [:], nMax: Int? = nil,
    rows: Rows = .ordered
  ) {
    self.dtypes = dtypes
    self.margins = margins
    self.nMax = nMax
    self.rows = rows
  }

  /// Reads a view's `judging` member. A margin that this version does not know is an error: passing over
  /// it would judge by another contract than the one that was agreed.
  package init(_ judging: JSONNode) throws(JudgingError) {
    self.init()
    guard judging.type == .object else {
      throw JudgingError(.declaration, "judging: an object is needed")
    }
    for (key, value) in judging.members {
      switch key.text {
      case "dtypes": dtypes = try Self.names(value)
      case "margins": margins = try Self.margins(value)
      case "nMax":
        guard let count = value.integer, count >= 1 else {
          throw JudgingError(.declaration, "judging.nMax: a whole number from 1 is needed")
        }
        nMax = Int(count)
      case "rows":
        guard let known = value.text.flatMap(Rows.init(rawValue:)) else {
          throw JudgingError(.declaration, "judging.rows: ordered or keyed is needed")
        }
        rows = known
      default:
        throw JudgingError(.declaration, "judging: \(key.text ?? "") is not known")
      }
    }
  }

  /// The margin in force; nil only for those that have no default.
  package subscript(optional margin: Margin) -> Double? { margins[margin] ?? margin.standard }

  /// The margin in force.
  ///
  /// - Precondition: the margin has a default.
  package subscript(_ margin: Margin) -> Double {
    guard let value = self[optional: margin] else {
      preconditionFailure("the margin \(margin.rawValue) has no default")
    }
    return value
  }

  /// Whether an execution may declare this type: one that the contract names, or any known one where
  /// it names none.
  package func admits(_ type: ComputeType) -> Bool {
    dtypes.map { $0.contains(type.name) } ?? (type.unitRoundoff != nil)
  }

  static func names(_ node: JSONNode) throws(JudgingError) -> Set<String> {
    let names = node.elements.compactMap(\.text)
    guard node.type == .array, !names.isEmpty, names.count == node.count else {
      throw JudgingError(.declaration, "dtypes: a list of names is needed")
    }
    return Set(names)
  }

  private static func margins(_ node: JSONNode) throws(JudgingError) -> [Margin: Double] {
    var margins: [Margin: Double] = [:]
    for (key, value) in node.members {
      let name = key.text ?? ""
      guard let margin = Margin(rawValue: name) else {
        throw JudgingError(.declaration, "judging.margins: \(name) is not known")
      }
      guard let number = value.double, number >= 0 else {
        throw JudgingError(.declaration, "judging.margins.\(name): a number from 0 is needed")
      }
      margins[margin] = number
    }
    return margins
  }
}
