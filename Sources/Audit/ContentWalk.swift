internal import Records
internal import StemmaCrypto

/// What the records of a walk say of content: which of it they name, and which was erased.
struct ContentWalk: Sendable {
  /// A digest in a namespace, by the namespace's number.
  struct Key: Sendable, Hashable {
    let namespace: UInt32
    let digest: Digest
  }

  /// Content that was not asked for yet, with the first record that names it.
  struct Named: Sendable {
    let key: Key
    let index: Int64
  }

  private(set) var waiting: [Named] = []
  private var met: Set<Key> = []
  /// What a record names, by its index.
  private var contents: [Int64: Digest] = [:]
  /// What an erasure record destroyed, by its own digest; nil where its subject's body is gone.
  private var erasures: [Key: Digest?] = [:]
  private var erased: Set<Key> = []

  /// Takes the next record.
  mutating func take(_ opening: Opening, in namespace: UInt32) {
    guard let record = opening.record else { return }
    if let content = record.content?.digest {
      contents[opening.index] = content
      let key = Key(namespace: namespace, digest: content)
      if met.insert(key).inserted { waiting.append(Named(key: key, index: opening.index)) }
    }
    guard opening.erasesContent, let subject = opening.statement.references.first?.target else {
      return
    }
    let content = contents[subject]
    erasures.updateValue(content, forKey: Key(namespace: namespace, digest: record.digest))
    if let content { erased.insert(Key(namespace: namespace, digest: content)) }
  }

  /// What is still to be asked for, once.
  mutating func takeWaiting() -> [Named] {
    defer { waiting = [] }
    return waiting
  }

  /// Has a content asked for again.
  mutating func putBack(_ named: Named) { waiting.append(named) }

  /// Whether an erasure of the log destroyed this content.
  func isErased(_ key: Key) -> Bool { erased.contains(key) }

  /// Whether the erasure record of that digest destroyed the content; nil where the walk has not met it.
  func isErased(_ key: Key, by erasure: Digest) -> Bool? {
    guard let content = erasures[Key(namespace: key.namespace, digest: erasure)] else { return nil }
    // Where the subject's body is gone, nothing says what content it named.
    return content == nil || content == key.digest
  }
}
