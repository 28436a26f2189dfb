import Store

/// How far the index is, and who waits for it to be further: a value without threads.
struct FollowState<Waiter> {
  enum Admission {
    /// The records are there.
    case ready
    /// The waiter was taken in, under this number.
    case waits(Int)
    /// There will be no more.
    case refused(StoreError)
  }

  private(set) var known: Int64 = 0
  /// What was last seen to be published; nil before the first look.
  private(set) var published: Int64?
  /// Why the index will never know more.
  private(set) var failure: StoreError?
  private var waiters: [Int: (size: Int64, waiter: Waiter)] = [:]
  private var number = 0

  /// What is to be read: up to the largest size that is known to be published.
  var wanted: Int64 {
    waiters.values.reduce(published ?? 0) { max($0, $1.size) }
  }

  /// Whether everything has been read that was there at the first look.
  var isLoaded: Bool { published.map { known >= $0 } ?? false }

  /// Asks for the records below `size`, which must be published.
  mutating func admit(_ size: Int64, _ waiter: @autoclosure () -> Waiter) -> Admission {
    if let failure { return .refused(failure) }
    if size <= known { return .ready }
    number += 1
    waiters[number] = (size, waiter())
    return .waits(number)
  }

  /// Notes that so many records are published.
  mutating func sawPublished(_ size: Int64) { published = max(published ?? 0, size) }

  /// Notes that the index has the records below `size`; returns those who waited for no more.
  mutating func learned(_ size: Int64) -> [Waiter] {
    known = size
    let ready = waiters.filter { $0.value.size <= size }
    for number in ready.keys { waiters[number] = nil }
    return ready.values.map(\.waiter)
  }

  /// Forgets a waiter whose time is over; nil where it was told already.
  mutating func giveUp(_ number: Int) -> Waiter? { waiters.removeValue(forKey: number)?.waiter }

  /// Ends it for good; returns those who are to be told.
  mutating func fail(_ error: StoreError) -> [Waiter] {
    failure = failure ?? error
    defer { waiters = [:] }
    return waiters.values.map(\.waiter)
  }
}
