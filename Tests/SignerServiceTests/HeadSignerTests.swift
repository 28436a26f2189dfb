import Signer
import SignerService
import StemmaCrypto
import Store
import Testing
import TransparencyLog

/// What every way to a signer must do, on each of them.
@Suite struct HeadSignerTests {
  enum Way: CaseIterable {
    case inProcess, unixSocket, mutualTLS
  }

  private static func leaves(_ salt: String, _ count: Int) -> [Digest] {
    (0..<count).map { SHA256.digest(of: Array("\($0) \(salt)".utf8)) }
  }

  private static func head(of leaves: [Digest]) -> TreeHead {
    var edge = RightEdge()
    for leaf in leaves { edge.append(leaf) }
    return TreeHead(size: edge.size, root: edge.root)
  }

  private func asking(
    _ way: Way, _ body: @escaping @Sendable (any HeadSigner) async throws -> Void
  ) async throws {
    let folder = ServiceFolder()
    let signer = try folder.makeSigner()
    switch way {
    case .inProcess:
      try await body(signer)
    case .unixSocket:
      try await serving(signer, in: folder) { address in
        let remote = try await RemoteSigner(at: address)
        try await body(remote)
        await remote.close()
      }
    case .mutualTLS:
      folder.makeCertificates(of: "site")
      let server = try folder.tls("localhost", of: "site", trusting: "site")
      try await serving(signer, in: folder, tls: server) { address in
        let client = try folder.tls("client", of: "site", trusting: "site")
        let remote = try await RemoteSigner(at: address, tls: client)
        try await body(remote)
        await remote.close()
      }
    }
  }

  @Test(arguments: Way.allCases)
  func signsWhatWasPrepared(_ way: Way) async throws {
    try await asking(way) { signer in
      let batch = Self.leaves("batch", 1000)
      try await signer.prepare(head: Self.head(of: []), leaves: batch)
      let signed = try await signer.sign(Self.head(of: batch))
      #expect(signed.head == Self.head(of: batch))
      let checkpoint = try Checkpoint(
        opening: SignedNote(parsing: signed.note), origin: "example.com/log",
        key: signer.verifierKey)
      #expect(checkpoint.size == 1000 && checkpoint.root == signed.head.root)
      #expect(try await signer.sign(Self.head(of: batch)) == signed)
    }
  }

  @Test(arguments: Way.allCases)
  func refusesByName(_ way: Way) async throws {
    try await asking(way) { signer in
      let batch = Self.leaves("batch", 3)
      try await signer.prepare(head: Self.head(of: []), leaves: batch)
      _ = try await signer.sign(Self.head(of: batch))
      let other = Self.leaves("other", 3)
      let refusals: [(TreeHead, SignerError.Code)] = [
        (Self.head(of: []), .behind), (Self.head(of: other), .diverged),
        (Self.head(of: batch + other), .foreign),
      ]
      for (head, code) in refusals {
        await #expect(throws: SignerError(code, "")) {
          try await signer.prepare(head: head, leaves: [])
        }
      }
      await #expect(throws: SignerError(.notPrepared, "")) {
        try await signer.sign(Self.head(of: other))
      }
      await #expect(throws: StoreError(.signerRefuses, "")) {
        let head = Self.head(of: [])
        try await signer.prepare(size: head.size, root: head.root, leaves: [])
      }
    }
  }
}
