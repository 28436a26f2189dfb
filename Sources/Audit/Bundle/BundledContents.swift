internal import Records
internal import StemmaCrypto

/// The contents of a bundle, hashed as they come: each in pieces that follow each other.
struct BundledContents: ~Copyable {
  private struct Open: ~Copyable {
    let digest: Digest
    var size: Int64 = 0
    var hasher = SHA256Hasher()

    consuming func finalize() -> (found: Digest, size: Int64) { (hasher.finalize(), size) }
  }

  private var sizes: [Digest: Int64] = [:]
  private var whole: [Digest: Int64] = [:]
  private var open: Open?

  /// How many have ended.
  var count: Int64 { Int64(whole.count) }

  /// A record names this one.
  mutating func expect(_ descriptor: Descriptor) { sizes[descriptor.digest] = descriptor.size }

  /// Takes a piece; what is wrong with it or with the content before it.
  mutating func take(_ piece: BundledContent) -> String? {
    var problem: String?
    if open?.digest != piece.digest {
      problem = close()
      guard whole[piece.digest] == nil else { return "\(piece.digest): its bytes come twice" }
      open = Open(digest: piece.digest)
    }
    if open?.size != piece.offset { problem = "\(piece.digest): its pieces have a gap" }
    open?.hasher.update(piece.bytes.span)
    open?.size += Int64(piece.bytes.count)
    return problem
  }

  /// Ends the content whose pieces came last; what is wrong with it.
  mutating func close() -> String? {
    guard let last = open.take() else { return nil }
    let digest = last.digest
    let (found, size) = last.finalize()
    whole[digest] = size
    return found == digest ? nil : "the bytes of \(digest) hash to \(found)"
  }

  /// What is wrong between records and contents.
  var problems: [String] {
    whole.sorted { $0.key.description < $1.key.description }.compactMap { digest, size in
      guard let said = sizes[digest] else { return "no record of the bundle names \(digest)" }
      return said == size ? nil : "\(digest) has \(size) bytes, a record says \(said)"
    }
  }

  var counts: (here: Int64, bytes: Int64, absent: Int64) {
    (count, whole.values.reduce(0, +), Int64(sizes.keys.count { whole[$0] == nil }))
  }
}
