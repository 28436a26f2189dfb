import Postgres
import StemmaCrypto
import TransparencyLog

extension TileEdge {
  /// The right edge of a log of `size` entries, from the entries and full tiles of the database.
  ///
  /// What it says is no more than the database's word: the signer checks its root.
  static func load(
    size: Int64, from connection: inout PostgresConnection, _ deadline: Deadline
  ) throws(PostgresError) -> TileEdge {
    var levels: [[Digest]] = []
    var count = size
    while count > 0 {
      let start = count - count % Int64(Tile.fullWidth)
      levels.append(
        try hashes(level: levels.count, start..<count, from: &connection, deadline))
      count /= Int64(Tile.fullWidth)
    }
    guard let edge = TileEdge(size: size, levels: levels) else {
      throw PostgresError(.decoding, "entries or tiles of the log's right edge are missing")
    }
    return edge
  }

  /// Hashes `range` of a level: of entries at level 0, of whole tiles one level down elsewhere.
  static func hashes(
    level: Int, _ range: Range<Int64>, from connection: inout PostgresConnection,
    _ deadline: Deadline
  ) throws(PostgresError) -> [Digest] {
    var parameters = Parameters()
    if level > 0 { parameters.append(Int16(level - 1)) }
    parameters.append(range.lowerBound)
    parameters.append(range.upperBound)
    let rows = try connection.execute(
      level > 0 ? LogSQL.tileRoots : LogSQL.commitments, parameters, deadline: deadline)
    var hashes: [Digest] = []
    hashes.reserveCapacity(rows.count)
    for row in 0..<rows.count {
      let bytes = try rows.bytes(row, 0)
      guard let digest = level > 0 ? Digest(bytes: bytes) : TreeHash.leaf(bytes) else {
        throw PostgresError(.decoding, "a hash of the log that is not 32 bytes")
      }
      hashes.append(digest)
    }
    return hashes
  }
}
