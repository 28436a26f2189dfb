internal import Records
internal import StemmaCrypto

/// Everything that an audit remembers of the records that passed: 72 bytes each, and 16 to find them.
struct RecordMemory: Sendable {
  private struct Traits {
    var kind: Kind?
    var namespace: UInt32
    var isErased = false
    var isUnopenable = false
  }

  private var digests: [Digest] = []
  private var keys: [Digest] = []
  private var traits: [Traits] = []
  private var byDigest = IndexTable()
  private var byKey = IndexTable()
  /// By their numbers.
  private(set) var namespaces: [String]
  private var numbers: [[UInt8]: UInt32] = [:]

  init(namespaces: [String] = []) {
    self.namespaces = namespaces
    for (number, name) in namespaces.enumerated() { numbers[Array(name.utf8)] = UInt32(number) }
  }

  /// How many indices were taken.
  var count: Int64 { Int64(digests.count) }

  /// The number of a namespace, new where it was not met yet.
  mutating func number(of namespace: String) -> UInt32 {
    let name = Array(namespace.utf8)
    if let known = numbers[name] { return known }
    let number = UInt32(namespaces.count)
    numbers[name] = number
    namespaces.append(namespace)
    return number
  }

  /// Takes the record of the next index; nil where nothing is known about it.
  mutating func append(_ fact: RecordFact?) {
    let index = digests.count
    digests.append(fact?.digest ?? RecordFact.none)
    keys.append(fact?.key ?? RecordFact.none)
    traits.append(
      Traits(
        kind: fact?.kind, namespace: fact?.namespace ?? 0, isErased: fact?.isErased ?? false,
        isUnopenable: fact?.isUnopenable ?? false))
    guard let fact else { return }
    let (digests, keys, traits) = (digests, keys, traits)
    byDigest.put(
      index, hash: Self.hash(fact.digest, fact.namespace),
      replacing: { digests[$0] == fact.digest && traits[$0].namespace == fact.namespace },
      hashOf: { Self.hash(digests[$0], traits[$0].namespace) })
    guard fact.key != RecordFact.none else { return }
    byKey.put(
      index, hash: Self.hash(fact.key, fact.namespace),
      replacing: { keys[$0] == fact.key && traits[$0].namespace == fact.namespace },
      hashOf: { Self.hash(keys[$0], traits[$0].namespace) })
  }

  /// The newest index with this digest in a namespace.
  func index(of digest: Digest, in namespace: UInt32) -> Int64? {
    byDigest.find(Self.hash(digest, namespace)) {
      digests[$0] == digest && traits[$0].namespace == namespace
    }.map(Int64.init)
  }

  /// The newest index that claims `key`, or that moves the chain of that key.
  func index(ofKey key: Digest, in namespace: UInt32) -> Int64? {
    byKey.find(Self.hash(key, namespace)) {
      keys[$0] == key && traits[$0].namespace == namespace
    }.map(Int64.init)
  }

  /// Nil where nothing is known of that index.
  func record(_ index: Int64) -> (digest: Digest, kind: Kind, namespace: UInt32)? {
    guard index >= 0, index < count, let kind = traits[Int(index)].kind else { return nil }
    return (digests[Int(index)], kind, traits[Int(index)].namespace)
  }

  func isErased(_ index: Int64) -> Bool { traits[Int(index)].isErased }

  func isUnopenable(_ index: Int64) -> Bool { traits[Int(index)].isUnopenable }

  private static func hash(_ digest: Digest, _ namespace: UInt32) -> Int {
    var hasher = Hasher()
    hasher.combine(namespace)
    hasher.combine(digest)
    return hasher.finalize()
  }
}
