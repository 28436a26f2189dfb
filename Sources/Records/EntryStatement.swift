import Canonical
package import StemmaCrypto

/// What an entry of the log commits to: who said which record, when, and on which entries it rests.
///
/// The entry itself is `commitment(nonce:)` and reveals nothing. The statement holds what must stay
/// authentic when the record's body is erased: its references, with the indices they resolved to.
/// Format: schemas/FORMAT.md section 9.
package struct EntryStatement: Sendable, Hashable {
  /// A reference of the record, as it was resolved at its commit.
  package struct Reference: Sendable, Hashable {
    /// JSON Pointer of the member.
    package let member: String
    /// The role beside it, where it is one of `inputs`.
    package let role: String?
    /// Index of the target; smaller than the record's own.
    package let target: Int64

    package init(member: String, role: String?, target: Int64) {
      self.member = member
      self.role = role
      self.target = target
    }
  }

  package let namespace: String
  package let kind: Kind
  package let digest: Digest
  package let principal: String
  /// `YYYY-MM-DDThh:mm:ss.ffffffZ`.
  package let committedAt: String
  /// In the order in which they stand in the record.
  package let references: [Reference]

  /// Number of bytes of a nonce.
  package static let nonceByteCount = 16

  package init(
    namespace: String, kind: Kind, digest: Digest, principal: String, committedAt: String,
    references: [Reference]
  ) {
    self.namespace = namespace
    self.kind = kind
    self.digest = digest
    self.principal = principal
    self.committedAt = committedAt
    self.references = references
  }

  /// RFC 8785 bytes.
  package func canonicalBytes() -> [UInt8] { canonicalBytes(after: []) }

  private func canonicalBytes(after prefix: [UInt8]) -> [UInt8] {
    var json: [UInt8] = []
    json.reserveCapacity(384 + 64 * references.count)
    json += prefix
    json += #"{"at":"#.utf8
    Self.append(committedAt, to: &json)
    json += #","digest":""#.utf8
    digest.append(textTo: &json)
    json += #"","kind":"#.utf8
    Self.append(kind.name, to: &json)
    json += #","namespace":"#.utf8
    Self.append(namespace, to: &json)
    json += #","principal":"#.utf8
    Self.append(principal, to: &json)
    json += #","references":["#.utf8
    for (position, reference) in references.enumerated() {
      json += (position == 0 ? #"{"member":"# : #",{"member":"#).utf8
      Self.append(reference.member, to: &json)
      if let role = reference.role {
        json += #","role":"#.utf8
        Self.append(role, to: &json)
      }
      json += #","target":"#.utf8
      CanonicalText.append(integer: reference.target, to: &json)
      json.append(UInt8(ascii: "}"))
    }
    json += #"],"v":1}"#.utf8
    return json
  }

  /// The entry: SHA-256 over `nonce` and the statement's bytes. A receipt carries both as they are
  /// hashed here, so that whoever has it needs no more than SHA-256.
  package func commitment(nonce: [UInt8]) -> Digest {
    precondition(nonce.count == Self.nonceByteCount, "a nonce has 16 bytes")
    return SHA256.digest(of: canonicalBytes(after: nonce))
  }

  private static func append(_ text: String, to json: inout [UInt8]) {
    CanonicalText.append(string: text.utf8.span, to: &json)
  }
}

extension EntryStatement {
  /// Reads a statement that somebody hands over. Only its canonical bytes are taken: what was hashed.
  package init(parsing bytes: [UInt8]) throws(RecordErrors) {
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONDocument(parsing: bytes).root
    } catch {
      throw RecordErrors(pointer: "", "\(error.message) at byte \(error.offset)")
    }
    guard let namespace = root["namespace"]?.text, let principal = root["principal"]?.text,
      let kindName = root["kind"]?.text,
      let kind = Kind.allCases.first(where: { $0.name == kindName }),
      let digest = root["digest"]?.text.flatMap({ Digest(parsing: $0) }),
      let committedAt = root["at"]?.text, root["v"]?.integer == 1,
      let references = root["references"], references.type == .array
    else { throw RecordErrors(pointer: "", "not the statement of an entry") }
    var read: [Reference] = []
    for (position, node) in references.elements.enumerated() {
      guard let member = node["member"]?.text, let target = node["target"]?.integer, target >= 0
      else { throw RecordErrors(pointer: "/references/\(position)", "not a reference") }
      read.append(Reference(member: member, role: node["role"]?.text, target: target))
    }
    self.init(
      namespace: namespace, kind: kind, digest: digest, principal: principal,
      committedAt: committedAt, references: read)
    guard canonicalBytes() == bytes else {
      throw RecordErrors(pointer: "", "not in canonical form, or with members that are not known")
    }
  }
}
