package import Records
import StemmaCrypto

/// Turns the drafts of one commit into sealed records in an order the store can take.
///
/// Handles (`"#ds"`) become digests, which needs the digest of what they name first; then the records
/// are ordered so that every reference inside the commit points backwards.
package struct CommitPreparation: Sendable {
  package struct Item: Sendable {
    package let handle: String?
    package let draft: RecordDraft

    package init(handle: String?, draft: RecordDraft) {
      self.handle = handle
      self.draft = draft
    }
  }

  /// What is wrong with one record of the commit.
  package struct Problem: Error, Sendable {
    /// Position in the commit.
    package let item: Int
    /// JSON Pointer inside the record.
    package let pointer: String
    package let message: String
  }

  package struct Problems: Error, Sendable {
    package let all: [Problem]
  }

  /// Sealed records, each digest once, references backwards.
  package let records: [Record]
  /// For each item, in the order given: where in `records` it is.
  package let positions: [Int]

  package init(_ items: [Item]) throws(Problems) {
    var byHandle: [String: Int] = [:]
    for (position, item) in items.enumerated() {
      guard let handle = item.handle else { continue }
      guard byHandle.updateValue(position, forKey: handle) == nil else {
        throw Problems(
          all: [.init(item: position, pointer: "", message: "the handle \(handle) is used twice")])
      }
    }
    let sealed = try Self.seal(items, byHandle: byHandle)
    (records, positions) = Self.order(sealed)
  }

  /// Seals every draft after those that it names by handle. Iterative: a chain of 1000 handles must
  /// not need a deep stack.
  private static func seal(
    _ items: [Item], byHandle: [String: Int]
  ) throws(Problems) -> [Record] {
    var sealed = [Record?](repeating: nil, count: items.count)
    var digests: [String: Digest] = [:]
    var isOpen = [Bool](repeating: false, count: items.count)
    for start in items.indices {
      var stack = [start]
      while let position = stack.last {
        if sealed[position] != nil {
          stack.removeLast()
          continue
        }
        let waiting = try unsealed(
          items[position].draft, at: position, byHandle: byHandle, sealed: sealed)
        if let next = waiting {
          isOpen[position] = true
          if isOpen[next] || next == position {
            throw Problems(
              all: [
                .init(
                  item: position, pointer: "",
                  message: "the handles form a circle; a record cannot rest on itself")
              ])
          }
          stack.append(next)
          continue
        }
        do throws(RecordErrors) {
          let record = try items[position].draft.seal(handles: digests)
          sealed[position] = record
          if let handle = items[position].handle { digests[handle] = record.digest }
        } catch {
          throw Problems(
            all: error.errors.map {
              .init(item: position, pointer: $0.pointer, message: $0.message)
            })
        }
        isOpen[position] = false
        stack.removeLast()
      }
    }
    return sealed.compactMap { $0 }
  }

  /// A record named by a handle of `draft` that is not sealed yet.
  private static func unsealed(
    _ draft: RecordDraft, at position: Int, byHandle: [String: Int], sealed: [Record?]
  ) throws(Problems) -> Int? {
    for reference in draft.references {
      guard case .handle(let handle) = reference.target else { continue }
      guard let target = byHandle[handle] else {
        throw Problems(
          all: [
            .init(
              item: position, pointer: reference.pointer,
              message: "no record of this commit has the handle \(handle)")
          ])
      }
      if sealed[target] == nil { return target }
    }
    return nil
  }

  /// Depth-first along references, in the order given: stable, and each digest once. Digests cannot
  /// form a circle.
  private static func order(_ sealed: [Record]) -> (records: [Record], positions: [Int]) {
    // The first record of each digest stands for all of them.
    var byDigest: [Digest: Int] = [:]
    byDigest.reserveCapacity(sealed.count)
    var firsts: [Int] = []
    firsts.reserveCapacity(sealed.count)
    for (position, record) in sealed.enumerated() {
      let first = byDigest[record.digest] ?? position
      if first == position { byDigest[record.digest] = position }
      firsts.append(first)
    }
    var placed = [Int?](repeating: nil, count: sealed.count)
    var ordered: [Record] = []
    ordered.reserveCapacity(byDigest.count)
    var stack: [(record: Int, next: Int)] = []
    for start in firsts {
      stack.append((start, 0))
      while let (current, next) = stack.last {
        if placed[current] != nil {
          stack.removeLast()
        } else if next < sealed[current].references.count {
          stack[stack.count - 1].next += 1
          let target = byDigest[sealed[current].references[next].target]
          if let target, placed[target] == nil { stack.append((target, 0)) }
        } else {
          placed[current] = ordered.count
          ordered.append(sealed[current])
          stack.removeLast()
        }
      }
    }
    return (ordered, firsts.map { placed[$0] ?? 0 })
  }
}
