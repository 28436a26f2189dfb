package import StemmaCrypto
package import Store
package import TransparencyLog

/// The signer of a log, in this process (`FileSigner`) or in its own.
///
/// The contract of both calls is that of `FileSigner`. One that cannot be asked throws `.unavailable`;
/// asking again is the caller's.
package protocol HeadSigner: LogSigner {
  var verifierKey: VerifierKey { get }

  func prepare(head: TreeHead, leaves: [Digest]) async throws(SignerError)

  func sign(_ head: TreeHead) async throws(SignerError) -> SignedHead

  /// Gives up what it holds of other processes. Nothing may be asked afterwards.
  func close() async
}

extension FileSigner: HeadSigner {
  /// Nothing to do: the lock on its folder goes with it.
  package nonisolated func close() {}
}

/// The signer as the store's port.
extension HeadSigner {
  package func prepare(
    size: Int64, root: Digest, leaves: [Digest]
  ) async throws(StoreError) {
    do throws(SignerError) {
      try await prepare(head: TreeHead(size: size, root: root), leaves: leaves)
    } catch {
      throw StoreError(error)
    }
  }

  package func sign(size: Int64, root: Digest) async throws(StoreError) -> SignedCheckpoint {
    do throws(SignerError) {
      let signed = try await sign(TreeHead(size: size, root: root))
      return SignedCheckpoint(size: signed.head.size, note: signed.note)
    } catch {
      throw StoreError(error)
    }
  }
}

extension StoreError {
  /// What a signer's refusal or failure means to a commit.
  package init(_ error: SignerError) {
    switch error.code {
    case .behind, .diverged, .foreign, .corrupt: self.init(.signerRefuses, "\(error)", cause: error)
    default: self.init(.signerUnavailable, "\(error)", cause: error)
    }
  }
}
