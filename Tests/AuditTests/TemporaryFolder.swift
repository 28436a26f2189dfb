import Glibc

/// A folder of one test, which goes with the object.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    path = "/tmp/stemma-audit-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
  }

  deinit {
    let remove = unsafe nftw(
      path, { name, _, _, _ in name.map { unsafe Glibc.remove($0) } ?? 0 }, 16,
      FTW_DEPTH.rawValue | FTW_PHYS.rawValue)
    precondition(remove == 0 || errno == ENOENT, "a test's folder cannot be removed")
  }
}
