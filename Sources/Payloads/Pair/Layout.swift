internal import Canonical
internal import Judging

/// How two files are to be read as outputs: what their bytes do not say themselves. One for both sides.
///
/// As JSON, every member optional:
///
///     {"tensor": "logits",           the tensor of a safetensors file that holds several
///      "uint16": "bf16",             elements of 16 unsigned bits are bfloat16
///      "columns": {"label": "pred"}, a column under another name than its role's
///      "scalars": "each",            or "runs" (one number of each of many runs), or "curve"
///      "labels": "paired",           or "draws" (two samples that do not belong together)
///      "classes": 10,                labels are 0…9; or a list of names
///      "endOfSequence": 2}           the token that ends a sequence
///
/// Roles of columns: `key` (for keyed rows), `values` (a list; in CSV all columns but the key), `label` and
/// `gap`, `value`, `step` and `loss`, `tokens`, `logProbabilityShift` and `deficit`, `prompt`, `text` and
/// `logLikelihood`, `ids` and `scores`.
package struct Layout: Sendable, Equatable {
  package enum Scalars: String, Sendable { case each, runs, curve }
  package enum Labels: String, Sendable { case paired, draws }
  package enum Classes: Sendable, Equatable {
    case count(Int)
    case names([[UInt8]])
  }

  package var tensor: String?
  package var uint16IsBF16 = false
  package var columns: [Column: String] = [:]
  package var scalars = Scalars.each
  package var labels = Labels.paired
  package var classes: Classes?
  package var endOfSequence: Int32?

  package enum Column: String, CaseIterable, Sendable {
    case key, values, label, gap, value, step, loss, tokens, logProbabilityShift, deficit, prompt,
      text, logLikelihood, ids, scores
  }

  package init() {}

  /// The name of a role's column.
  func name(_ column: Column) -> String { columns[column] ?? column.rawValue }

  init(_ node: JSONNode, path: String) throws(PayloadError) {
    func refuse(_ message: String) -> PayloadError {
      PayloadError(.malformed, path, at: .byte(Int64(node.offset)), "read.\(message)")
    }
    guard node.type == .object else { throw refuse(": an object is needed") }
    for (key, value) in node.members {
      let name = key.text ?? ""
      switch name {
      case "tensor":
        guard let text = value.text else { throw refuse("tensor: a string is needed") }
        tensor = text
      case "uint16":
        guard value.isText("bf16") else { throw refuse("uint16: only bf16 is known") }
        uint16IsBF16 = true
      case "columns":
        for (role, column) in value.members {
          guard let known = role.text.flatMap(Column.init(rawValue:)), let text = column.text
          else { throw refuse("columns: '\(role.text ?? "")' is no role with a column's name") }
          columns[known] = text
        }
      case "scalars":
        guard let known = value.text.flatMap(Scalars.init(rawValue:)) else {
          throw refuse("scalars: each, runs or curve is needed")
        }
        scalars = known
      case "labels":
        guard let known = value.text.flatMap(Labels.init(rawValue:)) else {
          throw refuse("labels: paired or draws is needed")
        }
        labels = known
      case "classes":
        guard let known = Self.classes(value) else {
          throw refuse("classes: a number from 1 or a list of different names is needed")
        }
        classes = known
      case "endOfSequence":
        guard let token = value.integer.flatMap(Int32.init(exactly:)) else {
          throw refuse("endOfSequence: a token id is needed")
        }
        endOfSequence = token
      default: throw refuse("\(name) is not known")
      }
    }
  }

  private static func classes(_ node: JSONNode) -> Classes? {
    if let count = node.integer { return (1...1 << 30).contains(count) ? .count(Int(count)) : nil }
    let names = node.elements.compactMap(\.utf8)
    guard node.type == .array, !names.isEmpty, names.count == node.count,
      Set(names).count == names.count
    else { return nil }
    return .names(names)
  }
}
