package import StemmaCrypto

/// The name and the size of a file's bytes: what a descriptor says about them.
package struct FileDigest: Hashable, Sendable {
  package let digest: Digest
  /// Number of bytes.
  package let size: Int64
}

/// SHA-256 over the bytes of one file, read once and in order, with 1 MiB of memory.
///
/// On one thread, since SHA-256 is sequential.
///
/// - Parameter followingLinks: whether the last part of the path may be a symbolic link, which it may where the caller
///   named it.
/// - Throws: `.unreadable`, `.notRegular`, `.badName`, and `.changed` when the file was written to
///   meanwhile; never a digest of bytes that were not in the file together.
package func hashFile(
  _ path: String, followingLinks: Bool = true
) throws(FileDigestError) -> FileDigest {
  try OpenFile(path, followingLinks: followingLinks).digestOfAll(through: ReadBuffer())
}

extension OpenFile {
  /// SHA-256 of the whole file, which must not change meanwhile.
  func digestOfAll(through buffer: borrowing ReadBuffer) throws(FileDigestError) -> FileDigest {
    let before = try stamp()
    let digest = try digest(of: 0..<before.size, through: buffer)
    // The stated size is a claim: files of /proc are 0 bytes long and hold text.
    let beyond = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<1])
    guard unsafe try read(into: beyond, at: before.size) == 0 else { throw changed() }
    try checkUnchanged(since: before)
    return FileDigest(digest: digest, size: before.size)
  }

  /// SHA-256 of some of the bytes; `.changed` when the file ends before them.
  func digest(
    of range: Range<Int64>, through buffer: borrowing ReadBuffer
  ) throws(FileDigestError) -> Digest {
    var hasher = SHA256Hasher()
    var offset = range.lowerBound
    while offset < range.upperBound {
      let wanted = Int(min(range.upperBound - offset, Int64(ReadBuffer.byteCount)))
      let chunk = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<wanted])
      guard unsafe try read(into: chunk, at: offset) == wanted else { throw changed() }
      unsafe hasher.update(UnsafeRawBufferPointer(chunk))
      offset += Int64(wanted)
    }
    return hasher.finalize()
  }
}
