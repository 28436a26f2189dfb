internal import Canonical
internal import Records
internal import StemmaCrypto
internal import TransparencyLog

/// What a source says opens an entry: one line of `/log/openings`.
struct Opening: Sendable {
  let index: Int64
  /// Nil where it was destroyed with the body.
  let nonce: [UInt8]?
  let statement: EntryStatement
  /// Nil where the body was erased.
  let record: Record?
  /// Index of the erasure record, where the body was erased.
  let erasedBy: Int64?
  /// What an erasure record says is gone of its subject; nil for one of content, and for other records.
  let erases: Erased?
  /// Whether it is an erasure record of content.
  let erasesContent: Bool

  enum Erased: Sendable {
    case body
    case bodyAndNonce
  }

  /// Why a line is no opening.
  struct Refusal: Error {
    /// Nil where not even that can be read.
    let index: Int64?
    let message: String
  }

  /// A record has 64 levels at the most and lies one level down here.
  static let limits = JSONLimits(maxDepth: Record.maximumDepth + 1, maxBytes: 8 << 20)

  /// Reads a line. Members that are not known are refused: an auditor must not pass over anything.
  init(parsing line: [UInt8]) throws(Refusal) {
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONDocument(parsing: line, limits: Self.limits).root
    } catch {
      throw Refusal(index: nil, message: "a line that is not JSON: \(error)")
    }
    try self.init(root, beside: [])
  }

  /// - Parameter more: members that the line may have beside those of an opening.
  init(_ root: JSONNode, beside more: [StaticString]) throws(Refusal) {
    guard let index = root["index"]?.integer, index >= 0 else {
      throw Refusal(index: nil, message: "a line without an index")
    }
    self.index = index
    if let reason = root["unreadable"]?.text {
      throw Refusal(index: index, message: "the source cannot read it: \(reason)")
    }
    let known: [StaticString] = ["index", "nonce", "statement", "record", "erased"]
    for (key, _) in root.members where !(known + more).contains(where: { key.isText($0) }) {
      throw Refusal(index: index, message: "an opening with the unknown member \(key.text ?? "?")")
    }
    guard let statement = root["statement"] else {
      throw Refusal(index: index, message: "an opening without a statement")
    }
    do throws(RecordErrors) {
      self.statement = try EntryStatement(parsing: statement.canonicalBytes())
    } catch {
      throw Refusal(index: index, message: "its statement cannot be read: \(error.text)")
    }
    nonce = try Self.nonce(root["nonce"], index)
    let record = root["record"]
    erasedBy = root["erased"]?.integer
    guard (record == nil) == (root["erased"] != nil), record != nil || erasedBy != nil else {
      throw Refusal(index: index, message: "its record is neither there nor erased, or both")
    }
    do throws(RecordErrors) {
      self.record = try record.map { node throws(RecordErrors) in
        try Record(canonical: node.canonicalBytes())
      }
    } catch {
      throw Refusal(index: index, message: "its record is not one: \(error.text)")
    }
    let what = record?["kind"]?.isText("erasure") == true ? record?["what"] : nil
    erases =
      what?.isText("body") == true
      ? .body : what?.isText("body_and_nonce") == true ? .bodyAndNonce : nil
    erasesContent = what?.isText("content") == true
  }

  private static func nonce(_ node: JSONNode?, _ index: Int64) throws(Refusal) -> [UInt8]? {
    guard let node else { return nil }
    guard let bytes = node.withUTF8({ Base64.decode($0) }).flatMap({ $0 }),
      bytes.count == EntryStatement.nonceByteCount
    else { throw Refusal(index: index, message: "its nonce is not 16 bytes in base64") }
    return bytes
  }

  /// The entry that nonce and statement make; nil without a nonce.
  var commitment: Digest? { nonce.map { statement.commitment(nonce: $0) } }
}

extension RecordErrors {
  /// The first problem.
  var text: String {
    errors.first.map { ($0.pointer.isEmpty ? "" : "\($0.pointer): ") + $0.message } ?? ""
  }
}
