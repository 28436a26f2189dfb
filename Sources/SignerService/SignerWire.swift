import Canonical
import Signer
import StemmaCrypto

/// What servers and the signer's process say to each other (schemas/FORMAT.md, *The signer's process*).
///
/// | request | body | answer |
/// |---|---|---|
/// | `GET /v1/status` | | JSON `{"kept","note","stopped"?,"verifierKey"}` |
/// | `POST /v1/prepare` | head, then 32 bytes a leaf | 204 |
/// | `POST /v1/sign` | head | the newest checkpoint, a signed note |
///
/// A head is its size in 8 bytes, the high one first, and its root in 32. What is not answered so is JSON
/// `{"code","message"}`: 409 for a refusal, 503 where the signer has stopped, 400 for a request that is
/// none.
enum SignerWire {
  static let headSize = 8 + Digest.byteCount
  /// More than any batch has.
  static let maximumLeaves = 1 << 17
  static let maximumBody = headSize + Digest.byteCount * maximumLeaves

  /// The code of what is not a request.
  static let malformed = "malformed"

  static func encode(_ head: TreeHead, _ leaves: [Digest] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(headSize + Digest.byteCount * leaves.count)
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: head.size >> Int64(shift)))
    }
    head.root.append(bytesTo: &bytes)
    for leaf in leaves { leaf.append(bytesTo: &bytes) }
    return bytes
  }

  /// Head and leaves; nil for bytes that are not exactly that.
  static func decode(_ bytes: [UInt8]) -> (head: TreeHead, leaves: [Digest])? {
    guard bytes.count >= headSize, bytes.count % Digest.byteCount == headSize % Digest.byteCount
    else { return nil }
    let size = bytes[..<8].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    let digests = stride(from: 8, to: bytes.count, by: Digest.byteCount).compactMap {
      Digest(bytes: bytes[$0..<$0 + Digest.byteCount])
    }
    guard size >= 0 else { return nil }
    return (TreeHead(size: size, root: digests[0]), Array(digests.dropFirst()))
  }

  /// The body that tells a failure.
  static func failure(code: String, _ message: String) -> [UInt8] {
    let body: JSONValue = ["code": .string(code), "message": .string(message)]
    return body.canonicalBytes()
  }

  /// The error that a failure's body tells; `.unavailable` for whatever the signer's own calls do not throw.
  static func error(_ body: [UInt8], status: Int) -> SignerError {
    guard let root = try? JSONDocument(parsing: body).root, let name = root["code"]?.text,
      let message = root["message"]?.text
    else { return SignerError(.unavailable, "the signer answered with status \(status)") }
    let code = told.first { $0.name == name }
    return SignerError(code ?? .unavailable, code == nil ? "\(name): \(message)" : message)
  }

  private static let told: [SignerError.Code] = [
    .behind, .diverged, .foreign, .notPrepared, .stopped,
  ]
}
