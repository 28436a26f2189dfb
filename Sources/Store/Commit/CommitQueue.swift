/// The waiting line of group commit: a value that knows nothing of time, threads or databases.
///
/// Everything that queued meanwhile becomes the next batch: no timer, no lingering. The line is bounded in
/// commits and in bytes.
struct CommitQueue<Element> {
  struct Limits {
    /// Commits and bytes that may wait before new ones are turned away.
    var waiting = 4096
    var waitingBytes = 64 << 20
    /// Records and bytes of one batch (one larger commit goes alone).
    var batchRecords = 2048
    var batchBytes = 8 << 20
  }

  struct Item {
    let element: Element
    let records: Int
    let bytes: Int
  }

  enum Admission: Equatable {
    /// Waits; the loop is running and will come to it.
    case queued
    /// Waits, and the caller must start the loop: nothing is under way.
    case startWorking
    case refused
    case closed
  }

  private(set) var waitingBytes = 0
  private(set) var isWorking = false
  private(set) var isClosed = false
  private let limits: Limits
  private var items: [Item] = []
  private var first = 0

  init(limits: Limits = Limits()) { self.limits = limits }

  var count: Int { items.count - first }

  mutating func admit(_ item: Item) -> Admission {
    if isClosed { return .closed }
    if count >= limits.waiting || (count > 0 && waitingBytes + item.bytes > limits.waitingBytes) {
      return .refused
    }
    items.append(item)
    waitingBytes += item.bytes
    if isWorking { return .queued }
    isWorking = true
    return .startWorking
  }

  /// The next batch, in order of arrival; empty when nothing waits.
  mutating func nextBatch() -> [Element] {
    var batch: [Element] = []
    var records = 0
    var bytes = 0
    while first < items.count {
      let item = items[first]
      let fits =
        records + item.records <= limits.batchRecords && bytes + item.bytes <= limits.batchBytes
      guard fits || batch.isEmpty else { break }
      records += item.records
      bytes += item.bytes
      batch.append(item.element)
      first += 1
    }
    waitingBytes -= bytes
    if first == items.count || first > 1024 {
      items.removeFirst(first)
      first = 0
    }
    return batch
  }

  /// Ends the loop, unless something waits.
  mutating func rest() { if count == 0 { isWorking = false } }

  /// Turns new commits away; what waits is still done.
  mutating func close() { isClosed = true }
}
