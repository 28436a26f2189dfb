import Canonical
import HTTPTypes
import Hummingbird
import NIOCore
import StemmaCrypto
import Store

/// Strict readers of a request's parts: each says what is wrong and where.
extension Request {
  /// Query parameters by name. Unknown and repeated ones are refused.
  func query(allowing names: Set<String>) throws -> [String: String] {
    var values: [String: String] = [:]
    guard let query = uri.query, !query.isEmpty else { return values }
    for part in query.split(separator: "&", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = percentDecoded(pair[0]), names.contains(name) else {
        throw Problem.invalidRequest("unknown query parameter", parameter: String(pair[0]))
      }
      guard let value = percentDecoded(pair.count == 2 ? pair[1] : "") else {
        throw Problem.invalidRequest("not percent-encoded UTF-8", parameter: name)
      }
      guard values.updateValue(value, forKey: name) == nil else {
        throw Problem.invalidRequest("given twice", parameter: name)
      }
    }
    return values
  }

  /// The whole body, where it is JSON of at most `limit` bytes.
  func json(limit: Int, maxDepth: Int = 64) async throws -> JSONDocument {
    try requireIdentityEncoding()
    guard isJSON(headers[.contentType] ?? "") else {
      throw Problem(
        .unsupportedMediaType, "unsupported_media_type", "send Content-Type: application/json")
    }
    if let length = try declaredLength(), length > limit { throw Self.tooLarge(limit) }
    var bytes: [UInt8] = []
    // What is announced is not yet sent: little room is taken on its word.
    bytes.reserveCapacity(Int(min(try declaredLength() ?? 0, 64 << 10)))
    try await forEachBodyPart { part in
      bytes += part.readableBytesView
      if bytes.count > limit { throw Self.tooLarge(limit) }
    }
    do throws(JSONError) {
      return try JSONDocument(
        parsing: bytes,
        limits: JSONLimits(maxDepth: maxDepth, maxBytes: limit))
    } catch {
      throw Problem(
        .badRequest, "invalid_json", "\(error.message) at byte \(error.offset)",
        members: [("position", .integer(Int64(error.offset)))])
    }
  }

  /// Takes in the body as it comes.
  ///
  /// A body that breaks off, or whose chunks are not what they say, is a 400: that is between the
  /// client and its network, and no failure of the server.
  func forEachBodyPart(_ take: (ByteBuffer) async throws -> Void) async throws {
    var parts = body.makeAsyncIterator()
    while true {
      let part: ByteBuffer?
      do {
        part = try await parts.next()
      } catch let cancelled as CancellationError {
        throw cancelled
      } catch {
        throw Problem(
          .badRequest, "incomplete_body", "the body broke off, or its chunks are malformed")
      }
      guard let part else { return }
      try await take(part)
    }
  }

  /// `Content-Length`; nil where the body is chunked.
  func declaredLength() throws -> Int64? {
    guard let text = headers[.contentLength] else { return nil }
    guard let length = Int64(text), length >= 0 else {
      throw Problem(.badRequest, "invalid_request", "Content-Length is not a number")
    }
    return length
  }

  /// Encodings that are not listed are not guessed at: nothing is inflated.
  func requireIdentityEncoding() throws {
    guard let encoding = headers[.contentEncoding], encoding.lowercased() != "identity" else {
      return
    }
    throw Problem(
      .unsupportedMediaType, "unsupported_encoding", "Content-Encoding must be absent or identity")
  }

  static func tooLarge(_ limit: Int) -> Problem {
    Problem(.contentTooLarge, "too_large", "at most \(limit) bytes are taken here")
  }
}

extension APIContext {
  func namespace() throws -> Namespace {
    guard let text = parameters.get("namespace"), let name = percentDecoded(text[...]),
      let namespace = Namespace(name)
    else {
      throw Problem.invalidRequest(
        "a namespace is [a-z0-9][a-z0-9._-]{0,62}", parameter: "namespace")
    }
    return namespace
  }

  func digest() throws -> Digest {
    guard let text = parameters.get("digest"), let name = percentDecoded(text[...]),
      let digest = Digest(parsing: name)
    else {
      throw Problem.invalidRequest(
        "a digest is sha256: and 64 lower-case hexadecimal digits", parameter: "digest")
    }
    return digest
  }
}

/// `text` with its percent escapes decoded; nil where an escape is malformed, the bytes are not UTF-8, or
/// one of them is NUL.
func percentDecoded(_ text: Substring) -> String? {
  if text.utf8.allSatisfy({ $0 != UInt8(ascii: "%") && $0 != 0 }) { return String(text) }
  var bytes: [UInt8] = []
  var rest = text.utf8[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    guard let high = rest.popFirst().flatMap(hexValue),
      let low = rest.popFirst().flatMap(hexValue)
    else { return nil }
    bytes.append(high << 4 | low)
  }
  guard !bytes.contains(0) else { return nil }
  return String(validating: bytes, as: UTF8.self)
}

private func hexValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}

/// Whether a media type is `application/json`, whatever its case and parameters (RFC 9110 section 8.3.1).
private func isJSON(_ mediaType: String) -> Bool {
  let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
  var essence = mediaType.utf8.prefix { $0 != UInt8(ascii: ";") }.drop(while: isSpace)
  while let last = essence.last, isSpace(last) { essence.removeLast() }
  return essence.elementsEqual("application/json".utf8) {
    // Only the letters have lower-case forms; `/` must be itself.
    $0 == $1 || ((0x41...0x5A).contains($0) && $0 | 0x20 == $1)
  }
}

/// A number of the query, within bounds.
func integer(
  _ name: String, in query: [String: String], _ range: ClosedRange<Int64>, default missing: Int64
) throws -> Int64 {
  guard let text = query[name] else { return missing }
  guard let value = Int64(text), range.contains(value), String(value) == text else {
    throw Problem.invalidRequest(
      "a whole number from \(range.lowerBound) to \(range.upperBound)", parameter: name)
  }
  return value
}
