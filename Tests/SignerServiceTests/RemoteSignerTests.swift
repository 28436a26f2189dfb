import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Signer
import Testing

@testable import SignerService

@Suite struct RemoteSignerTests {
  @Test func tellsHowTheSignerStands() async throws {
    let folder = ServiceFolder()
    let signer = try folder.makeSigner()
    try await serving(signer, in: folder) { address in
      let remote = try await RemoteSigner(at: address)
      #expect(try await remote.status() == signer.status())
      #expect(remote.verifierKey == signer.verifierKey)
      await remote.close()
    }
  }

  @Test func aSignerThatIsNotThereIsUnavailable() async throws {
    let folder = ServiceFolder()
    let address = try #require(SignerAddress("unix:\(folder.path)/nobody"))
    await #expect(throws: SignerError(.unavailable, "")) { try await RemoteSigner(at: address) }
  }

  @Test func nobodyWithoutACertificateOfTheAuthorityIsAnswered() async throws {
    let folder = ServiceFolder()
    let signer = try folder.makeSigner()
    folder.makeCertificates(of: "site")
    folder.makeCertificates(of: "stranger")
    let server = try folder.tls("localhost", of: "site", trusting: "site")
    try await serving(signer, in: folder, tls: server) { address in
      // A client of another authority, a client that trusts another authority, one without any.
      let stranger = try folder.tls("client", of: "stranger", trusting: "site")
      let mistrusting = try folder.tls("client", of: "site", trusting: "stranger")
      for tls in [stranger, mistrusting, nil] {
        await #expect(throws: SignerError(.unavailable, "")) {
          try await RemoteSigner(at: address, tls: tls, timeout: .seconds(3))
        }
      }
    }
  }

  @Test func whatIsNotARequestIsRefused() async throws {
    let folder = ServiceFolder()
    let signer = try folder.makeSigner()
    try await serving(signer, in: folder) { address in
      let huge = SignerWire.maximumBody + 32
      let requests: [(String, HTTPMethod, Int, UInt)] = [
        ("prepare", .POST, 0, 400), ("prepare", .POST, 39, 400), ("prepare", .POST, 41, 400),
        ("sign", .POST, 72, 400), ("prepare", .POST, huge, 413), ("prepare", .GET, 0, 404),
        ("other", .POST, 40, 404),
      ]
      for (call, method, size, status) in requests {
        var request = HTTPClientRequest(url: "\(address.baseURL)/v1/\(call)")
        request.method = method
        if method == .POST {
          request.body = .bytes(ByteBuffer(repeating: 0, count: size))
        }
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        _ = try await answer.body.collect(upTo: 1 << 16)
        #expect(answer.status.code == status, "\(method) \(call) of \(size) bytes")
      }
      let status = await signer.status()
      #expect(status.newest.head.size == 0 && status.kept == 0)
    }
  }

  @Test func addressesHaveOneOfTwoForms() {
    #expect(SignerAddress("unix:/run/signer.sock")?.baseURL == "http+unix://%2Frun%2Fsigner%2Esock")
    #expect(SignerAddress("https://signer.example:7401/")?.baseURL == "https://signer.example:7401")
    for text in [
      "", "unix:", "unix:relative", "http://signer.example", "/run/signer.sock",
      "unix:/" + String(repeating: "x", count: 107),
    ] {
      #expect(SignerAddress(text) == nil)
    }
  }
}
