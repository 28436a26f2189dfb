import Canonical
import Glibc

/// Prints one measurement as a line of JSON.
func report(_ members: KeyValuePairs<String, JSONValue?>) {
  var line = JSONValue.object(present: members).canonicalBytes()
  line.append(UInt8(ascii: "\n"))
  unsafe line.withUnsafeBytes { bytes in
    _ = unsafe write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
  }
}

/// How a figure came out over the rounds of a run.
struct Spread {
  let values: [Double]

  init(_ values: [Double]) { self.values = values.sorted() }

  /// The value below which the given share lies (nearest rank).
  func quantile(_ share: Double) -> Double {
    guard let last = values.last else { return 0 }
    let rank = Int((share * Double(values.count)).rounded(.up))
    return rank <= values.count ? values[max(0, rank - 1)] : last
  }

  /// `{"max":…,"median":…,"min":…}`.
  var json: JSONValue {
    .object([
      ("min", .figure(quantile(0))), ("median", .figure(quantile(0.5))),
      ("max", .figure(quantile(1))),
    ])
  }
}

extension JSONValue {
  /// Four significant digits: more would be noise.
  static func figure(_ value: Double) -> JSONValue {
    guard value.isFinite, value != 0 else { return .integer(0) }
    let digits = 3 - log10(abs(value)).rounded(.down)
    // Powers of ten with a positive exponent are exact, others are not.
    return digits > 0
      ? .double((value * pow(10, digits)).rounded() / pow(10, digits))
      : .integer(Int64((value / pow(10, -digits)).rounded() * pow(10, -digits)))
  }

  static func count(_ value: Int) -> JSONValue { .integer(Int64(value)) }
}

/// Seconds of wall clock and of this thread's CPU that `body` takes.
func timed<Value>(
  _ body: () throws -> Value
) rethrows -> (value: Value, wall: Double, cpu: Double) {
  let (wall, cpu) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_THREAD_CPUTIME_ID))
  let value = try body()
  return (value, seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_THREAD_CPUTIME_ID) - cpu)
}

/// Processes that ran or waited for a processor in the last minute, as proc(5) has it: this one and neighbours.
func machineLoad() -> String {
  (contents(of: "/proc/loadavg") ?? "").split(separator: " ").first.map(String.init) ?? "unknown"
}

func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  unsafe clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
