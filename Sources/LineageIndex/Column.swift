/// A growing array in chunks: appending never moves what is there, so it costs the same at any size.
struct Column<Value: BitwiseCopyable & Sendable>: Sendable {
  private var chunks: [[Value]] = []
  private(set) var count = 0

  private static var shift: Int { 16 }
  private static var capacity: Int { 1 << shift }

  /// What the chunks take, the unused end of the last one included.
  var byteCount: Int { chunks.count * Self.capacity * MemoryLayout<Value>.stride }

  subscript(position: Int) -> Value {
    get { chunks[position >> Self.shift][position & (Self.capacity - 1)] }
    set { chunks[position >> Self.shift][position & (Self.capacity - 1)] = newValue }
  }

  mutating func append(_ value: Value) {
    if count & (Self.capacity - 1) == 0 {
      var chunk: [Value] = []
      chunk.reserveCapacity(Self.capacity)
      chunks.append(chunk)
    }
    chunks[count >> Self.shift].append(value)
    count += 1
  }
}
