import StemmaCrypto
import TransparencyLog

@testable import Signer

/// Leaf hashes that are all different.
func leaves(_ numbers: Range<Int>, salt: String = "") -> [Digest] {
  numbers.map { SHA256.digest(of: Array("leaf \($0) \(salt)".utf8)) }
}

func edge(of leaves: some Sequence<Digest>) -> RightEdge {
  var edge = RightEdge()
  for leaf in leaves { edge.append(leaf) }
  return edge
}

func head(of leaves: some Sequence<Digest>) -> TreeHead { TreeHead(edge(of: leaves)) }

extension SignerState {
  /// Prepares and, where that changes something, applies; says whether it did.
  @discardableResult
  mutating func prepareNow(on head: TreeHead, _ leaves: [Digest]) throws(SignerError) -> Bool {
    guard let step = try prepare(on: head, leaves: leaves) else { return false }
    return apply(step)
  }

  @discardableResult
  mutating func signNow(_ head: TreeHead) throws(SignerError) -> Bool {
    guard let step = try sign(head) else { return false }
    return apply(step)
  }
}
