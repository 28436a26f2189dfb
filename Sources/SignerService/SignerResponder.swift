import Canonical
import HTTPTypes
package import Hummingbird
import NIOCore
package import Signer
import StemmaCrypto
import TransparencyLog

/// Answers servers on behalf of a signer.
///
/// Who may ask is decided by the way in, a socket's mode or a client's certificate, and not here.
///
/// - Parameter onStop: called when the signer has stopped; may be called again.
package func makeSignerResponder(
  _ signer: FileSigner, onStop: @escaping @Sendable () -> Void
) -> some HTTPResponder<BasicRequestContext> {
  let router = Router()
  router.get("/v1/status") { _, _ in
    await Response(signerJSON: statusBody(signer.status(), of: signer))
  }
  router.post("/v1/prepare") { request, _ in
    try await answer(request, onStop) { (head, leaves) throws(SignerError) in
      try await signer.prepare(head: head, leaves: leaves)
      return Response(status: .noContent)
    }
  }
  router.post("/v1/sign") { request, _ in
    try await answer(request, onStop) { (head, leaves) throws(SignerError) in
      guard leaves.isEmpty else { return Response.malformed }
      let signed = try await signer.sign(head)
      return Response(
        status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: signed.note)))
    }
  }
  return router.buildResponder()
}

private func statusBody(_ status: SignerStatus, of signer: FileSigner) -> [UInt8] {
  JSONValue.object(present: [
    "kept": .integer(Int64(status.kept)),
    "note": .string(String(decoding: status.newest.note, as: UTF8.self)),
    "stopped": status.stopped.map { .string($0) },
    "verifierKey": .string(signer.verifierKey.description),
  ]).canonicalBytes()
}

/// Reads the head and leaves of a request, has `body` answer them, and puts a failure into words.
private func answer(
  _ request: Request, _ onStop: @Sendable () -> Void,
  _ body: (TreeHead, [Digest]) async throws(SignerError) -> Response
) async throws -> Response {
  let buffer: ByteBuffer
  do {
    buffer = try await request.body.collect(upTo: SignerWire.maximumBody)
  } catch is NIOTooManyBytesError {
    return Response(status: .contentTooLarge)
  }
  guard let (head, leaves) = SignerWire.decode(Array(buffer.readableBytesView)) else {
    return .malformed
  }
  do throws(SignerError) {
    return try await body(head, leaves)
  } catch {
    let isStopped = error.code == .stopped
    if isStopped { onStop() }
    return Response(
      signerJSON: SignerWire.failure(code: error.code.name, error.message),
      status: isStopped ? .serviceUnavailable : .conflict)
  }
}

extension Response {
  fileprivate init(signerJSON body: [UInt8], status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }

  fileprivate static var malformed: Response {
    Response(
      signerJSON: SignerWire.failure(code: SignerWire.malformed, "not a head and leaves"),
      status: .badRequest)
  }
}
