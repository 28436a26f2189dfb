internal import Canonical

/// The header of a safetensors file, checked: which tensors there are and where their bytes lie.
///
/// The format: the length N of the header (u64, little-endian), N bytes of JSON, then the tensors'
/// bytes. The JSON is `{"NAME":{"dtype":…,"shape":[…],"data_offsets":[begin,end]},…}`, beginning with
/// `{` and possibly padded with white space; `__metadata__` may hold a map from text to text. The offsets
/// count from the end of the header, and the tensors cover all the rest of the file, without overlap
/// and without holes.
///
/// Strict where readers are lax (duplicate keys, members of no meaning, integers written as `1.0`): two
/// readers that understand a header differently would see different weights under one digest.
package struct SafetensorsHeader: Sendable {
  package struct Tensor: Sendable {
    /// Decoded UTF-8.
    package let name: [UInt8]
    package let type: TensorType
    package let shape: [UInt64]
    /// Counted from the end of the header.
    package let range: Range<Int64>
  }

  /// The limit of the format's own readers, in bytes.
  static let largestByteCount = 100_000_000

  /// In the order of their bytes in the file.
  package let tensors: [Tensor]

  /// Where the tensors begin in the file.
  package let payloadStart: Int64

  /// Reads the header of a file of `size` bytes.
  ///
  /// - Throws: `.malformed` when it is not a safetensors file, or its header leaves any doubt.
  package init(of file: OpenFile, size: Int64) throws(FileDigestError) {
    let json: [UInt8]
    (json, payloadStart) = try Self.text(of: file, size: size)
    do throws(HeaderObjection) {
      tensors = try Self.parse(json)
      try Self.checkCover(tensors, payload: size - payloadStart)
    } catch {
      throw FileDigestError(code: .malformed, path: file.path, message: error.message)
    }
  }

  /// The JSON of the header and where the payload begins. Memory is taken only once the stated length
  /// was found to fit into the file and the limit.
  private static func text(
    of file: OpenFile, size: Int64
  ) throws(FileDigestError) -> (json: [UInt8], payloadStart: Int64) {
    func malformed(_ message: String) -> FileDigestError {
      FileDigestError(code: .malformed, path: file.path, message: message)
    }
    guard size >= 8 else { throw malformed("too short for a safetensors file") }
    let stated = try file.bytes(at: 0, count: 8).reversed().reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    guard let count = Int64(exactly: stated), count <= largestByteCount else {
      throw malformed("a header of \(stated) bytes; at most \(largestByteCount) are allowed")
    }
    guard count <= size - 8 else {
      throw malformed("a header of \(count) bytes, but only \(size - 8) follow")
    }
    return (try file.bytes(at: 8, count: Int(count)), 8 + count)
  }

  private static func parse(_ json: [UInt8]) throws(HeaderObjection) -> [Tensor] {
    guard json.first == UInt8(ascii: "{") else {
      throw HeaderObjection("the header does not begin with '{'")
    }
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: json, limits: limits)
    } catch {
      throw HeaderObjection("the header is not strict JSON: \(error)")
    }
    var tensors: [Tensor] = []
    for (key, value) in document.root.members {
      if key.isText("__metadata__") {
        try checkMetadata(value)
      } else {
        tensors.append(try Tensor(name: Array(key.bytes), node: value))
      }
    }
    return tensors.sorted { left, right in
      (left.range.lowerBound, left.range.upperBound)
        < (right.range.lowerBound, right.range.upperBound)
    }
  }

  // A tensor is an object in the outer one and holds arrays; it takes some ten values.
  private static let limits = JSONLimits(
    maxDepth: 3, maxBytes: largestByteCount, maxValues: 16 << 20)

  private static func checkMetadata(_ node: JSONNode) throws(HeaderObjection) {
    guard node.type == .object, node.members.allSatisfy({ $0.value.type == .string }) else {
      throw HeaderObjection("__metadata__ is not a map from text to text")
    }
  }

  private static func checkCover(
    _ tensors: [Tensor], payload: Int64
  ) throws(HeaderObjection) {
    var covered: Int64 = 0
    for tensor in tensors {
      guard tensor.range.lowerBound == covered else {
        throw HeaderObjection(
          "tensor '\(printable(tensor.name))' begins at \(tensor.range.lowerBound), not at "
            + "\(covered) where the one before it ends")
      }
      covered = tensor.range.upperBound
    }
    guard covered == payload else {
      throw HeaderObjection("the tensors take \(covered) bytes, but the file has \(payload)")
    }
  }
}

/// What is wrong with a header.
struct HeaderObjection: Error {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}
