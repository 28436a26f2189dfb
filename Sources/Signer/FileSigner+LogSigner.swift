package import StemmaCrypto
package import Store

/// The signer as the store's port.
extension FileSigner: LogSigner {
  package func prepare(
    size: Int64, root: Digest, leaves: [Digest]
  ) async throws(StoreError) {
    do throws(SignerError) {
      try prepare(head: TreeHead(size: size, root: root), leaves: leaves)
    } catch {
      throw StoreError(error)
    }
  }

  package func sign(size: Int64, root: Digest) async throws(StoreError) -> SignedCheckpoint {
    do throws(SignerError) {
      let signed = try sign(TreeHead(size: size, root: root))
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
    default: self.init(.unavailable, "\(error)", cause: error)
    }
  }
}
