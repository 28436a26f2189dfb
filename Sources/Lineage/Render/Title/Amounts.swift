/// Numbers and times as people say them.
package enum Amounts {
  /// `831 B`, `12 kB`, `1.2 MB`: powers of 1000, two digits at least.
  package static func size(_ bytes: Int64) -> String {
    var value = bytes
    var tenths: Int64 = 0
    for unit in ["B", "kB", "MB", "GB", "TB", "PB", "EB"] {
      if value < 1000 {
        return unit == "B" || value >= 10 ? "\(value) \(unit)" : "\(value).\(tenths) \(unit)"
      }
      tenths = value % 1000 / 100
      value /= 1000
    }
    return "\(value) ZB"
  }

  /// `1 row`, `2 rows`.
  package static func count(_ number: Int64, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }

  /// `2026-11-24 10:00:05 UTC` for the time `2026-11-24T10:00:05.000000Z`; anything else as it is.
  package static func time(_ stamp: String) -> String {
    guard stamp.utf8.count == 27, stamp.utf8.last == UInt8(ascii: "Z") else { return stamp }
    return "\(stamp.prefix(10)) \(stamp.dropFirst(11).prefix(8)) UTC"
  }
}
