import AsyncHTTPClient
import Audit
import Canonical
import NIOCore
import NIOHTTP1
import StemmaCrypto

extension ServerSource: ContentSource {
  func content(
    _ digest: Digest, in namespace: String
  ) async throws(AuditError) -> ServedContent {
    let path = "v1/\(pathSegment(namespace))/content/\(digest)"
    return try await persist(path) { isLast in
      var request = HTTPClientRequest(url: "\(baseURL)/\(path)")
      request.headers.add(name: "Authorization", value: "Bearer \(key)")
      let response = try await client.execute(request, timeout: .hours(24))
      guard response.status == .ok else {
        let body = Array(try await response.body.collect(upTo: 1 << 20).readableBytesView)
        let served = try Self.judge(Int(response.status.code), content: body)
        return served.map { .success($0) } ?? .failure(Delay(body))
      }
      do {
        return .success(try await Self.hash(response.body))
      } catch  where isLast && !(error is CancellationError) {
        // Bytes that cannot be read end the answer in its middle, each time.
        return .success(.damaged("the answer breaks off"))
      }
    }
  }

  private static func hash(_ body: HTTPClientResponse.Body) async throws -> ServedContent {
    var hasher = SHA256Hasher()
    var size: Int64 = 0
    for try await buffer in body {
      hasher.update(Array(buffer.readableBytesView).span)
      size += Int64(buffer.readableBytes)
    }
    return .bytes(hasher.finalize(), size: size)
  }

  /// What an answer without the bytes says; nil where it says to ask again.
  private static func judge(
    _ status: Int, content body: [UInt8]
  ) throws(AuditError) -> ServedContent? {
    switch status {
    case 404: return .absent
    case 410:
      let erasure = (try? JSONDocument(parsing: body).root)?["erasure"]?.text
      return .erased(by: erasure.flatMap { Digest(parsing: $0) })
    case 401, 403: throw AuditError(.usage, detail(body) ?? "the key is refused")
    case 429, 503: return nil
    default: return .damaged("\(status) \(detail(body) ?? "")")
    }
  }
}
