package import Canonical
package import StemmaCrypto

extension JSONNode {
  /// The digest that this text spells.
  package var digest: Digest? {
    withUTF8 { Digest(parsing: $0) }.flatMap { $0 }
  }

  /// -1, 0 or 1 as the bytes of this text stand before, equal or after those of `other`. What is no
  /// text counts as empty.
  func compareBytes(with other: JSONNode) -> Int {
    let order = withUTF8 { left in
      other.withUTF8 { right in
        for i in 0..<min(left.count, right.count) where left[i] != right[i] {
          return left[i] < right[i] ? -1 : 1
        }
        return (left.count - right.count).signum()
      }
    }
    return order.flatMap { $0 } ?? 0
  }
}
