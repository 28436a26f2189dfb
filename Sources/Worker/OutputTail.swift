/// The end of what a program said.
struct OutputTail {
  /// Bytes that are kept.
  static let capacity = 64 << 10

  private var bytes: [UInt8] = []
  private var isCut = false

  /// Memory stays within twice the capacity and the piece that is added.
  mutating func add(_ piece: some Collection<UInt8>) {
    bytes += piece
    if bytes.count > 2 * Self.capacity { cut() }
  }

  /// Begins with a whole line where something was cut off before it, unless its first line is longer than 1 KiB.
  var end: [UInt8] {
    var tail = self
    if bytes.count > Self.capacity { tail.cut() }
    guard tail.isCut,
      let line = tail.bytes.prefix(1024).firstIndex(of: UInt8(ascii: "\n"))
    else { return tail.bytes }
    return Array(tail.bytes[(line + 1)...])
  }

  private mutating func cut() {
    bytes.removeFirst(bytes.count - Self.capacity)
    isCut = true
  }
}
