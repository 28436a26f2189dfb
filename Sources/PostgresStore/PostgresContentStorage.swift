package import Postgres
package import StemmaCrypto
package import Store

/// Content in PostgreSQL: small in a row, large in chunks that are compressed by us.
package struct PostgresContentStorage: ContentStorage {
  /// Bytes of a chunk before compression.
  static let chunkSize = 256 << 10
  private let pool: PostgresPool
  private let uploads: PostgresPool
  private let deadline: Duration

  /// `uploads` lends a connection to each upload for as long as it lasts.
  package init(pool: PostgresPool, uploads: PostgresPool, deadline: Duration = .seconds(20)) {
    self.pool = pool
    self.uploads = uploads
    self.deadline = deadline
  }

  package func beginUpload(
    in namespace: Namespace
  ) async throws(StoreError) -> any ContentUpload {
    let deadline = deadline
    return try await translated { () async throws(PostgresError) in
      let lease = try await uploads.lease()
      return try await PostgresContentUpload(
        lease: lease, namespace: namespace, deadline: deadline)
    }
  }

  package func content(
    _ digest: Digest, in namespace: Namespace
  ) async throws(StoreError) -> StoredContent? {
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append(digest.bytes)
    return try await pool.query(ContentSQL.find, parameters, within: deadline) {
      (rows) throws(PostgresError) in
      guard rows.count == 1 else { return nil }
      let size = try rows.int64(0, 0)
      guard rows.isNull(0, 3) else {
        return StoredContent(
          digest: digest, size: size,
          place: .chunks(upload: try rows.int64(0, 3), chunkSize: Int64(try rows.int32(0, 4))))
      }
      let bytes = try unpacked(
        codec: try rows.int16(0, 1), try rows.bytes(0, 2), size: Int(size))
      return StoredContent(digest: digest, size: size, place: .inline(bytes))
    }
  }

  package func read(
    _ content: StoredContent, from offset: Int64
  ) async throws(StoreError) -> [UInt8] {
    switch content.place {
    case .inline(let bytes):
      return Array(bytes[Int(offset)...])
    case .chunks(let upload, let chunkSize):
      let position = offset / chunkSize
      let size = min(chunkSize, content.size - position * chunkSize)
      var parameters = Parameters()
      parameters.append(upload)
      parameters.append(Int32(position))
      let chunk = try await pool.query(ContentSQL.chunk, parameters, within: deadline) {
        (rows) throws(PostgresError) -> [UInt8] in
        guard rows.count == 1 else {
          throw PostgresError(.decoding, "chunk \(position) of upload \(upload) is missing")
        }
        return try unpacked(
          codec: try rows.int16(0, 0), try rows.bytes(0, 1), size: Int(size))
      }
      let start = Int(offset - position * chunkSize)
      return start == 0 ? chunk : Array(chunk[start...])
    }
  }

  package func whereabouts(
    of digest: Digest, in namespace: Namespace
  ) async throws(StoreError) -> Whereabouts? {
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append(digest.bytes)
    return try await pool.query(ContentSQL.whereabouts, parameters, within: deadline) {
      (rows) throws(PostgresError) in
      guard rows.count == 1 else { return nil }
      let isHere = try rows.bool(0, 0)
      let isNamed = try rows.bool(0, 1)
      let locations = rows.isNull(0, 2) ? [] : try rows.texts(0, 2)
      guard try !rows.bool(0, 3) else {
        return Whereabouts(
          state: .erased, locations: [],
          erasure: try rows.optionalBytes(0, 4).flatMap { Digest(bytes: $0) })
      }
      if isHere { return Whereabouts(state: .here, locations: locations) }
      if !locations.isEmpty { return Whereabouts(state: .elsewhere, locations: locations) }
      return isNamed ? Whereabouts(state: .missing, locations: []) : nil
    }
  }

  package func setLocations(
    _ locations: [String], of digest: Digest, in namespace: Namespace, now: Timestamp
  ) async throws(StoreError) {
    var parameters = Parameters()
    parameters.append(namespace.name)
    parameters.append(digest.bytes)
    parameters.append(locations)
    parameters.append(unixMicroseconds: now.microseconds)
    _ = try await pool.query(ContentSQL.setLocations, parameters, within: deadline) {
      (rows) throws(PostgresError) in
      rows.count
    }
  }
}

/// A frame's bytes, or why the row is damaged.
private func unpacked(
  codec: Int16, _ bytes: [UInt8], size: Int
) throws(PostgresError) -> [UInt8] {
  guard let plain = try? ContentFrame.unpack(codec: codec, bytes, size: size) else {
    throw PostgresError(.decoding, "a content frame does not unpack to its \(size) bytes")
  }
  return plain
}
