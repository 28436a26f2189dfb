package import NIOSSL

/// Mutual TLS between servers and the signer: who has no certificate of the one authority is nobody.
package struct SignerTLS: Sendable {
  private let chain: [NIOSSLCertificateSource]
  private let key: NIOSSLPrivateKeySource
  private let authority: NIOSSLTrustRoots

  /// Takes PEM files: this side's certificates (its own first), its private key, and the certificates of
  /// the authority that the other side's must come from.
  package init(certificate: String, key: String, authority: String) throws {
    chain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
    self.key = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
    self.authority = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
  }

  package var server: TLSConfiguration {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain, privateKey: key)
    // Certificates are demanded; a client has no host name that could be checked.
    configuration.certificateVerification = .noHostnameVerification
    configuration.trustRoots = authority
    configuration.minimumTLSVersion = .tlsv13
    return configuration
  }

  package var client: TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateChain = chain
    configuration.privateKey = key
    configuration.trustRoots = authority
    configuration.minimumTLSVersion = .tlsv13
    return configuration
  }
}
