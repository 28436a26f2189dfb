import Canonical

/// Where a checker stands inside a record. Becomes a string only when somebody has to be told.
struct PointerPath {
  enum Step {
    case member(StaticString)
    case key(JSONNode)
    case index(Int)
  }

  private var steps: [Step] = []

  /// Arrays and objects around the place.
  var depth: Int { steps.count }

  mutating func enter(_ step: Step) { steps.append(step) }

  mutating func leave() { steps.removeLast() }

  /// RFC 6901; empty for the record itself.
  var pointer: String {
    var pointer = ""
    for step in steps {
      pointer += "/"
      switch step {
      case .member(let name): pointer += name.description
      case .key(let key): Self.append(key, to: &pointer)
      case .index(let index): pointer += String(index)
      }
    }
    return pointer
  }

  /// A client's own key, with `~` and `/` escaped (RFC 6901 section 3).
  private static func append(_ key: JSONNode, to pointer: inout String) {
    for scalar in (key.text ?? "").unicodeScalars {
      switch scalar {
      case "~": pointer += "~0"
      case "/": pointer += "~1"
      default: pointer.unicodeScalars.append(scalar)
      }
    }
  }
}
