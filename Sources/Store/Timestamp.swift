/// A point in time, microseconds since 1970-01-01T00:00:00Z. The store never reads a clock: time
/// comes in as an argument.
package struct Timestamp: Hashable, Comparable, Sendable {
  package let microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }
}

extension Timestamp: CustomStringConvertible {
  /// `YYYY-MM-DDThh:mm:ss.ffffffZ`, the only form of a time in this project. A year of other than four digits has no
  /// such form, and is in no time that the store takes.
  package var description: String {
    let (days, inDay) = microseconds.floorDivided(by: 86_400_000_000)
    let (seconds, micros) = inDay.floorDivided(by: 1_000_000)
    let (year, month, day) = Self.civil(daysSince1970: days)
    guard (0...9999).contains(year) else { return "\(microseconds) microseconds from 1970" }
    // Written in place, from the last byte: every record of every answer has a time.
    var text: [UInt8] = Array("YYYY-MM-DDThh:mm:ss.ffffffZ".utf8)
    func write(_ value: Int64, endingAt end: Int, _ width: Int) {
      var rest = value
      for place in stride(from: end - 1, through: end - width, by: -1) {
        text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
    }
    write(year, endingAt: 4, 4)
    write(month, endingAt: 7, 2)
    write(day, endingAt: 10, 2)
    write(seconds / 3600, endingAt: 13, 2)
    write(seconds / 60 % 60, endingAt: 16, 2)
    write(seconds % 60, endingAt: 19, 2)
    write(micros, endingAt: 26, 6)
    return String(decoding: text, as: UTF8.self)
  }

  /// Proleptic Gregorian date of a day number (Howard Hinnant, "chrono-Compatible Low-Level Date
  /// Algorithms", civil_from_days).
  private static func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (daysSince1970 + 719_468).floorDivided(by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
