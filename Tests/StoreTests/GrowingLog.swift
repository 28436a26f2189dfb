import StemmaCrypto
import Synchronization
import TransparencyLog

@testable import Store

/// A log of nothing but leaves: its signer, which signs whatever size it is asked for, and its tiles.
final class GrowingLog: LogSigner, LogReader {
  static let origin = "example.org/log"

  let key: SigningKey
  private let read: @Sendable () -> [Digest]
  /// What the signer has signed: other servers sign too.
  let newest = Mutex<Int64>(0)

  /// Over the leaves that there are when it is asked.
  init(leaves: @escaping @Sendable () -> [Digest]) throws {
    key = try SigningKey(name: Self.origin, seed: [UInt8](repeating: 9, count: 32))
    read = leaves
  }

  /// Over 700 leaves.
  convenience init() throws {
    let leaves = (0..<700).map { TreeHash.leaf(Array("leaf \($0)".utf8)) }
    try self.init { leaves }
  }

  func root(of size: Int64) -> Digest {
    var edge = RightEdge()
    for leaf in read().prefix(Int(size)) { edge.append(leaf) }
    return edge.root
  }

  func text(of size: Int64) -> [UInt8] {
    Checkpoint(origin: Self.origin, size: size, root: root(of: size)).formatCheckpoint()
  }

  func note(of size: Int64) -> SignedNote {
    SignedNote(text: text(of: size), signatures: [key.sign(text(of: size))])
  }

  func prepare(size: Int64, root: Digest, leaves: [Digest]) {}

  func sign(size: Int64, root: Digest) -> SignedCheckpoint {
    let size = newest.withLock { newest in
      newest = max(newest, size)
      return newest
    }
    return SignedCheckpoint(size: size, note: note(of: size).formatNote())
  }

  func hashes(of tile: Tile) -> [Digest] {
    let leaves = read()
    let span = 1 << (8 * tile.level)
    return (0..<tile.width).map { place in
      let start = (Int(tile.number) * Tile.fullWidth + place) * span
      var tree = RightEdge()
      for leaf in leaves[start..<start + span] { tree.append(leaf) }
      return tree.root
    }
  }

  // Witnesses have no use for the rest.
  func published() throws(StoreError) -> SignedCheckpoint { throw StoreError(.unavailable, "") }
  func entries(_ range: Range<Int64>) -> [[UInt8]] { [] }
  func opening(of digest: Digest, in namespace: Namespace) -> EntryOpening? { nil }
  func openings(from index: Int64, limit: Int) -> [OpeningRow] { [] }
  func openings(at indices: [Int64]) -> [OpeningRow] { [] }
}
