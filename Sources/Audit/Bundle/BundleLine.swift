internal import Canonical
package import StemmaCrypto
package import TransparencyLog

/// One line of a bundle, read but not checked (FORMAT.md section 11).
enum BundleLine: Sendable {
  case header(BundleHeader)
  case record(Opening, Proof)
  case content(BundledContent)
  case end(records: Int64, contents: Int64)

  /// That an entry is in the log under the bundle's checkpoint.
  struct Proof: Sendable {
    /// From the leaf's sibling up.
    let hashes: [Digest]
    /// The entry's bytes where nobody can make them any more, its nonce being destroyed.
    let entry: [UInt8]?
  }

  init(parsing line: [UInt8]) throws(Opening.Refusal) {
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONDocument(parsing: line, limits: Opening.limits).root
    } catch {
      throw Opening.Refusal(index: nil, message: "a line that is not JSON: \(error)")
    }
    // One spelling, so that the same bundle has the same bytes.
    guard root.canonicalBytes() == line else {
      throw Opening.Refusal(index: root["index"]?.integer, message: "a line that is not canonical")
    }
    if root["index"] != nil {
      self = try Self.record(root)
    } else if root["bundle"] != nil {
      self = .header(try BundleHeader(root))
    } else if root["content"] != nil {
      self = .content(try BundledContent(root))
    } else {
      try root.requireMembers(["contents", "records"])
      guard let records = root["records"]?.integer, let contents = root["contents"]?.integer else {
        throw Opening.Refusal(index: nil, message: "a line of no known sort")
      }
      self = .end(records: records, contents: contents)
    }
  }

  private static func record(_ root: JSONNode) throws(Opening.Refusal) -> BundleLine {
    let opening = try Opening(root, beside: ["entry", "proof"])
    var hashes: [Digest] = []
    guard let list = root["proof"], list.type == .array, list.count <= 64 else {
      throw Opening.Refusal(index: opening.index, message: "a record without a proof")
    }
    for element in list.elements {
      guard let hash = element.base64.flatMap({ Digest(bytes: $0) }) else {
        throw Opening.Refusal(index: opening.index, message: "a proof that is not of hashes")
      }
      hashes.append(hash)
    }
    let entry = root["entry"]?.base64
    guard (root["entry"] == nil) == (opening.nonce != nil), root["entry"] == nil || entry != nil
    else {
      throw Opening.Refusal(
        index: opening.index, message: "an entry or a nonce is needed, and not both")
    }
    return .record(opening, Proof(hashes: hashes, entry: entry))
  }
}

/// The first line: what the bundle is of.
package struct BundleHeader: Sendable {
  /// The record whose lineage it is.
  package let root: Digest
  /// The newest index of the snapshot.
  package let at: Int64
  package let checkpoint: SignedNote

  package init(root: Digest, at: Int64, checkpoint: SignedNote) {
    self.root = root
    self.at = at
    self.checkpoint = checkpoint
  }

  fileprivate init(_ node: JSONNode) throws(Opening.Refusal) {
    try node.requireMembers(["at", "bundle", "checkpoint", "root"])
    guard node["bundle"]?.integer == 1 else {
      throw Opening.Refusal(index: nil, message: "a bundle of another version than 1")
    }
    guard let root = node["root"]?.text.flatMap({ Digest(parsing: $0) }),
      let at = node["at"]?.integer, let note = node["checkpoint"]?.utf8
    else { throw Opening.Refusal(index: nil, message: "a header that cannot be read") }
    do throws(LogError) {
      checkpoint = try SignedNote(parsing: note)
    } catch {
      throw Opening.Refusal(index: nil, message: "the checkpoint: \(error.message)")
    }
    self.root = root
    self.at = at
  }
}

/// A piece of a content.
struct BundledContent: Sendable {
  let digest: Digest
  let offset: Int64
  let bytes: [UInt8]

  fileprivate init(_ node: JSONNode) throws(Opening.Refusal) {
    try node.requireMembers(["base64", "content", "offset"])
    guard let digest = node["content"]?.text.flatMap({ Digest(parsing: $0) }),
      let offset = node["offset"]?.integer, let bytes = node["base64"]?.base64
    else { throw Opening.Refusal(index: nil, message: "a piece of content that cannot be read") }
    self.digest = digest
    self.offset = offset
    self.bytes = bytes
  }
}

extension JSONNode {
  fileprivate var base64: [UInt8]? { withUTF8 { Base64.decode($0) }.flatMap { $0 } }

  /// Members that are not known are refused: an auditor must not pass over anything.
  fileprivate func requireMembers(_ known: [StaticString]) throws(Opening.Refusal) {
    for (key, _) in members where !known.contains(where: { key.isText($0) }) {
      throw Opening.Refusal(
        index: nil, message: "a line with the unknown member \(key.text ?? "?")")
    }
  }
}
