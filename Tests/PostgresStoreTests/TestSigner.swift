import Glibc
import Signer
import StemmaCrypto

/// A real signer of a new log, in the folder of the test cluster, which goes with the test process.
enum TestSigner {
  static func make() throws -> FileSigner {
    let number = UInt64.random(in: 0...UInt64.max)
    let folder = "/tmp/stemma-tests-\(getpid())/signer-\(number)"
    try FileSigner.create(in: folder, origin: "example.org/log", seed: randomBytes(32))
    return try FileSigner(folder: folder)
  }
}
