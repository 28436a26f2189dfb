import Canonical
package import Records
package import StemmaCrypto

/// Records in memory, walked like those of a store: so that a bundle, and a test, needs no server.
package struct RecordPool: Sendable {
  struct Entry: Sendable {
    let statement: EntryStatement
    /// Nil where the body was destroyed.
    let record: JSONNode?
  }

  private(set) var entries: [Int64: Entry] = [:]
  /// Ascending.
  private(set) var indices: [Int64] = []
  private var places: [Digest: [Int64]] = [:]
  private var outgoing: [Int64: [LineageEdge]] = [:]
  private var incoming: [Int64: [LineageEdge]] = [:]

  package init() {}

  /// Adds a record at its index, as its log entry's statement has it.
  ///
  /// - Parameter body: its canonical bytes; nil where they were destroyed.
  /// - Throws: bytes of another record than the statement's, a reference to no smaller index or of a member that
  ///   the kind does not have, or an index that is taken.
  package mutating func add(
    _ statement: EntryStatement, at index: Int64, body: [UInt8]?
  ) throws(LineageFormatError) {
    func refuse(_ message: String) -> LineageFormatError {
      LineageFormatError("/\(index)", message)
    }
    guard entries[index] == nil else { throw refuse("the index is taken") }
    var record: JSONNode?
    if let body {
      guard SHA256.digest(of: body) == statement.digest else {
        throw refuse("the bytes are not those of \(statement.digest)")
      }
      do throws(JSONError) {
        record = try JSONDocument(parsing: body).root
      } catch {
        throw refuse("\(error.message) at byte \(error.offset)")
      }
    }
    var edges: [LineageEdge] = []
    for reference in statement.references {
      guard let member = ReferenceMember(of: statement.kind, pointer: reference.member),
        reference.target < index
      else { throw refuse("a reference that cannot be: \(reference.member)") }
      edges.append(
        LineageEdge(from: index, to: reference.target, member: member, role: reference.role))
    }
    entries[index] = Entry(statement: statement, record: record)
    places[statement.digest, default: []].append(index)
    indices.insert(index, at: indices.partitionPoint { $0 > index })
    for edge in edges {
      outgoing[index, default: []].append(edge)
      incoming[edge.to, default: []].append(edge)
    }
  }

  /// All that it has records of, sorted.
  package var namespaces: [String] {
    Set(entries.values.map(\.statement.namespace)).sorted()
  }

  /// Index of a record, in the first of `namespaces` that has it; nil where none does.
  package func index(of digest: Digest, in namespaces: [String]) -> Int64? {
    for namespace in namespaces {
      let found = places[digest]?.first { entries[$0]?.statement.namespace == namespace }
      if let found { return found }
    }
    return nil
  }

  /// The references from a record, or to it: each as often as it is made. In no order.
  func edges(at index: Int64, _ direction: WalkDirection) -> [LineageEdge] {
    (direction == .up ? outgoing : incoming)[index] ?? []
  }
}

extension [Int64] {
  /// How many elements of this ascending list stand before the first for which `isBehind` holds.
  fileprivate func partitionPoint(_ isBehind: (Int64) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
