/// NVML's process rows, whose length the library does not say.
///
/// A row has 24 bytes; early R535 drivers wrote 32 under the same function's name.
enum ProcessList {
  /// What the buffer is filled with before the call, so that what was not written shows.
  static let poison: UInt8 = 0xA5
  static let longRow = 32
  private static let shortRow = 24

  /// The process ids of `count` rows; nil when they fit neither length.
  ///
  /// `bytes` is the whole buffer, with room for `count` long rows. Where both lengths make sense (always, with one row), the
  /// one is taken that accounts for all that was written; the ids of a single row are the same.
  static func pids(_ bytes: [UInt8], count: Int) -> [UInt32]? {
    guard count > 0 else { return [] }
    guard count <= bytes.count / longRow else { return nil }
    let short = rows(bytes, count: count, length: shortRow)
    let long = rows(bytes, count: count, length: longRow)
    guard let short, let long else { return short ?? long }
    let isTailUntouched = bytes[(count * shortRow)..<(count * longRow)]
      .allSatisfy { $0 == poison }
    return isTailUntouched ? short : long
  }

  private static func rows(_ bytes: [UInt8], count: Int, length: Int) -> [UInt32]? {
    var pids: [UInt32] = []
    for row in 0..<count {
      let pid = word(bytes, row * length)
      // Linux gives no process a number above 2^22; GPUs have at most a dozen instances.
      guard (1...(1 << 22)).contains(pid), isInstance(word(bytes, row * length + 16)),
        isInstance(word(bytes, row * length + 20))
      else { return nil }
      pids.append(pid)
    }
    return pids
  }

  private static func isInstance(_ id: UInt32) -> Bool { id == .max || id < 64 }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
  }
}
