/// A point on the monotonic clock by which something must be done.
package struct Deadline: Sendable {
  package let instant: ContinuousClock.Instant

  package init(_ instant: ContinuousClock.Instant) { self.instant = instant }

  package static func `in`(_ duration: Duration) -> Deadline {
    Deadline(ContinuousClock.now + duration)
  }

  package var isPast: Bool { ContinuousClock.now >= instant }

  /// For poll(2): milliseconds left, rounded up, at least 0.
  var milliseconds: Int32 {
    let left = (instant - ContinuousClock.now).components
    guard left.seconds >= 0, left.attoseconds >= 0 else { return 0 }
    let total = left.seconds.multipliedReportingOverflow(by: 1000)
    let millis = total.partialValue + left.attoseconds / 1_000_000_000_000_000 + 1
    return total.overflow || millis > Int64(Int32.max) ? Int32.max : Int32(millis)
  }
}
