/// The memory that one thread reads files through; frees itself.
@safe
struct ReadBuffer: ~Copyable {
  /// 1 MiB: large enough that system calls do not count, small enough to stay in a core's cache
  /// between reading and hashing.
  static let byteCount = 1 << 20

  let bytes: UnsafeMutableRawBufferPointer

  init() {
    unsafe bytes = .allocate(byteCount: Self.byteCount, alignment: 4096)
  }

  deinit {
    unsafe bytes.deallocate()
  }
}
