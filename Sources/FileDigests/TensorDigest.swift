package import StemmaCrypto

/// The name of the weights in a safetensors file, whatever file they lie in.
///
/// A file's own digest does not name its weights: writers put `__metadata__` down in random order, so
/// that saving the same tensors twice makes different files. This digest leaves out what does not
/// change the weights: `__metadata__` (tool versions, times, run ids), the order of the tensors, and
/// the spelling and padding of the header.
///
/// It is SHA-256 over this encoding (integers are u64, big-endian), which is injective because every
/// part of variable length has its length before it:
///
///     "stemma/tensors/v1" 0x00
///     number of tensors
///     for each tensor, in the order of the bytes of their names:
///       length of name, name (UTF-8)
///       length of dtype, dtype (as in the header, such as "BF16")
///       rank, then each dimension
///       length of payload, SHA-256 of payload (32 bytes)
///
/// The payload enters as its digest so that tensors can be hashed at the same time.
package struct TensorDigest: Hashable, Sendable {
  package let digest: Digest
  /// Number of tensors.
  package let count: Int

  /// Reads a safetensors file on up to `threads` threads, which do not change the result. A symbolic
  /// link is followed.
  ///
  /// - Throws: `.malformed` when it is not a safetensors file, or its header leaves any doubt;
  ///   `.changed`, `.unreadable`, `.notRegular`, `.badName` as for `hashFile`.
  package init(
    ofFile path: String, threads: Int = processorCount()
  ) throws(FileDigestError) {
    let file = try OpenFile(path, followingLinks: true)
    let before = try file.stamp()
    let header = try SafetensorsHeader(of: file, size: before.size)
    let largestFirst = header.tensors.sorted { $0.range.count > $1.range.count }
    let digests = try inParallel(largestFirst, threads: threads) {
      (tensor, buffer) throws(FileDigestError) in
      let start = header.payloadStart + tensor.range.lowerBound
      return try file.digest(of: start..<start + Int64(tensor.range.count), through: buffer)
    }
    try file.checkUnchanged(since: before)
    self.init(tensors: Array(zip(largestFirst, digests)))
  }

  private init(tensors: [(SafetensorsHeader.Tensor, Digest)]) {
    var encoding: [UInt8] = Array("stemma/tensors/v1\0".utf8)
    func append(_ number: UInt64) {
      for shift in stride(from: 56, through: 0, by: -8) {
        encoding.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
      }
    }
    func append(_ bytes: some Collection<UInt8>) {
      append(UInt64(bytes.count))
      encoding.append(contentsOf: bytes)
    }
    append(UInt64(tensors.count))
    for (tensor, payload) in tensors.sorted(by: {
      $0.0.name.lexicographicallyPrecedes($1.0.name)
    }) {
      append(tensor.name)
      append(tensor.type.rawValue.utf8)
      append(UInt64(tensor.shape.count))
      for dimension in tensor.shape { append(dimension) }
      append(UInt64(tensor.range.count))
      payload.append(bytesTo: &encoding)
    }
    digest = SHA256.digest(of: encoding)
    count = tensors.count
  }
}
