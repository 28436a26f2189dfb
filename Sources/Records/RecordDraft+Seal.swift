import Canonical
package import StemmaCrypto

extension RecordDraft {
  /// Replaces handles by digests, writes the canonical bytes and names them.
  ///
  /// A set that holds a handle is sorted here, since whoever wrote it could not; then the whole record is
  /// checked once more.
  /// - Throws: an unknown handle, a set that names one record twice, or more than
  ///   `Record.maximumSize` bytes.
  package func seal(handles: [String: Digest]) throws(RecordErrors) -> Record {
    guard references.contains(where: \.target.isHandle) else { return try sealed() }
    let bytes = node.canonicalBytes(rewriting: try rewrite(with: handles))
    // Read again from its own bytes: references and sets are then those of what is stored.
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: bytes)
    } catch {
      throw RecordErrors(pointer: "", error.message)
    }
    return try RecordDraft(checking: document.root).sealed()
  }

  private func rewrite(with handles: [String: Digest]) throws(RecordErrors) -> JSONRewrite {
    var rewrite = JSONRewrite()
    for reference in references {
      guard case .handle(let handle) = reference.target else { continue }
      guard let digest = handles[handle] else {
        throw RecordErrors(
          pointer: reference.pointer, "no record of this commit has the handle \(handle)")
      }
      rewrite.strings[reference.tapeIndex] = Array(digest.description.utf8)
    }
    for set in setsWithHandles {
      let keys = set.array.elements.map { element in
        (set.keys.isEmpty ? [element] : set.keys.compactMap { element[$0] }).map { part in
          rewrite.strings[part.tapeIndex] ?? part.utf8 ?? []
        }
      }
      rewrite.orders[set.array.tapeIndex] = keys.indices.sorted { keys[$0].precedes(keys[$1]) }
    }
    return rewrite
  }

  private func sealed() throws(RecordErrors) -> Record {
    let canonical = node.canonicalBytes()
    guard canonical.count <= Record.maximumSize else {
      throw RecordErrors(
        pointer: "", "\(canonical.count) bytes; a record has at most \(Record.maximumSize)")
    }
    return Record(
      kind: kind, digest: SHA256.digest(of: canonical), canonical: canonical,
      references: references.compactMap(\.resolved), claims: claims, event: event,
      key: kind == .output ? node["key"]?.utf8 : nil, content: content,
      execution: kind == .output || kind == .rank ? digest(at: "/execution") : nil)
  }

  /// The target of the reference at `pointer`.
  private func digest(at pointer: String) -> Digest? {
    guard let reference = references.first(where: { $0.pointer == pointer }),
      case .digest(let digest) = reference.target
    else { return nil }
    return digest
  }

  private var content: Descriptor? {
    guard kind == .input || kind == .model || kind == .output,
      let descriptor = node["content"] ?? node["manifest"],
      let digest = descriptor["digest"]?.digest, let size = descriptor["size"]?.integer,
      let mediaType = descriptor["mediaType"]?.text
    else { return nil }
    return Descriptor(digest: digest, size: size, mediaType: mediaType)
  }

  private var claims: [Claim] {
    switch kind {
    case .execution:
      return node["id"]?.text.map { [.executionID($0)] } ?? []
    case .rank:
      guard let execution = digest(at: "/execution"), let rank = node["rank"]?.integer,
        let attempt = node["attempt"]?.integer
      else { return [] }
      return [.rank(execution: execution, rank: rank, attempt: attempt)]
    case .output:
      guard let execution = digest(at: "/execution"), let view = digest(at: "/view"),
        let sample = node["sample"]?.text
      else { return [] }
      return [.sample(execution: execution, view: view, sample: sample)]
    default: return []
    }
  }

  private var event: Event? {
    let subject: [UInt8]?
    switch kind {
    case .name: subject = node["name"]?.utf8
    case .retraction, .label: subject = digest(at: "/subject")?.bytes
    default: return nil
    }
    return subject.map { Event(kind: kind, subject: $0, previous: digest(at: "/previous")) }
  }
}

extension RecordDraft.DraftReference {
  /// The reference as it is stored; nil for a handle.
  fileprivate var resolved: Reference? {
    guard case .digest(let digest) = target else { return nil }
    return Reference(
      member: pointer, role: role, target: digest, expects: expects, isDerivation: isDerivation)
  }
}

extension [[UInt8]] {
  fileprivate func precedes(_ other: Self) -> Bool {
    for (a, b) in zip(self, other) where a != b { return a.lexicographicallyPrecedes(b) }
    return false
  }
}
