/// The end of what a program said.
struct OutputTail {
  /// Bytes that are kept.
  static let capacity = 64 << 10

  private(set) var bytes: [UInt8] = []

  /// Memory stays within twice the capacity and the piece that is added.
  mutating func add(_ piece: some Collection<UInt8>) {
    bytes += piece
    if bytes.count > 2 * Self.capacity { bytes.removeFirst(bytes.count - Self.capacity) }
  }

  /// Begins with a whole line where something was cut off before it.
  var end: [UInt8] {
    guard bytes.count > Self.capacity else { return bytes }
    let end = bytes.suffix(Self.capacity)
    let line = end.prefix(1024).firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    return Array(end[(line ?? end.startIndex)...])
  }
}
