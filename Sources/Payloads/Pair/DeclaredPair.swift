internal import Canonical
internal import FileDigests
package import Judging

/// What is declared of two outputs that are to be judged without a store.
///
/// A file of strict JSON:
///
///     {"reference": DECLARATION, "recomputed": DECLARATION,
///      "judging": CONTRACT?, "read": LAYOUT?, "looks": {"number": 1, "planned": 10}?}
///
/// DECLARATION is `{"type", "view"?, "schema"?, "dtypes"?, "device"?, "evidence"?}` (`Declaration`), with
/// `evidence` a path relative to this file's folder; CONTRACT is `judging` of a view (`Contract`); LAYOUT is how
/// the files are read (`Layout`). Members that are not known are refused.
package struct DeclaredPair: Sendable {
  package var reference: Declaration
  package var recomputed: Declaration
  package var contract = Contract()
  package var layout = Layout()
  package var looks = Looks.single

  package init(reference: Declaration, recomputed: Declaration) {
    (self.reference, self.recomputed) = (reference, recomputed)
  }

  /// Reads a file of at most 1 MiB.
  package init(contentsOf path: String) throws(PayloadError) {
    try self.init(try smallDocument(path), path: path)
    reference.evidence = reference.evidence.map { Self.resolve($0, beside: path) }
    recomputed.evidence = recomputed.evidence.map { Self.resolve($0, beside: path) }
  }

  init(_ document: JSONDocument, path: String) throws(PayloadError) {
    let root = document.root
    guard let reference = root["reference"], let recomputed = root["recomputed"] else {
      throw PayloadError(.malformed, path, "reference and recomputed are needed")
    }
    self.init(
      reference: try Self.declaration(reference, "reference", path),
      recomputed: try Self.declaration(recomputed, "recomputed", path))
    for (key, value) in root.members {
      switch key.text {
      case "reference", "recomputed": break
      case "judging":
        contract = try judging(path) { () throws(JudgingError) in try Contract(value) }
      case "read": layout = try Layout(value, path: path)
      case "looks": looks = try Self.looks(value, path)
      default:
        throw PayloadError(
          .malformed, path, at: .byte(Int64(key.offset)), "'\(printable(key.bytes))' is not known")
      }
    }
  }

  private static func declaration(
    _ node: JSONNode, _ side: String, _ path: String
  ) throws(PayloadError) -> Declaration {
    do throws(JudgingError) { return try Declaration(node) } catch {
      throw PayloadError(
        .malformed, path, at: .byte(Int64(node.offset)), "\(side): \(error.message)")
    }
  }

  private static func looks(_ node: JSONNode, _ path: String) throws(PayloadError) -> Looks {
    let number = node["number"]?.integer
    let planned = node["planned"].map(\.integer) ?? 1
    guard let number, let planned, (1...1_000_000).contains(number),
      (1...1_000_000).contains(planned), node.count == (node["planned"] == nil ? 1 : 2)
    else {
      throw PayloadError(
        .malformed, path, at: .byte(Int64(node.offset)),
        "looks: a number from 1, and how many were planned, are needed")
    }
    return Looks(number: Int(number), planned: Int(planned))
  }

  private static func resolve(_ path: String, beside file: String) -> String {
    guard !path.utf8.starts(with: "/".utf8),
      let slash = file.utf8.lastIndex(of: UInt8(ascii: "/"))
    else { return path }
    return String(file[...slash]) + path
  }
}
