/// How much of a device this process has got.
package struct Share: Equatable, Sendable {
  package enum Mode: String, Sendable {
    case whole, mig, mps, timeSliced = "time_sliced", unknown
  }

  package let mode: Mode
  /// A MIG profile as the driver wrote it; its memory figure moves with the driver.
  package let profile: String?
  package let smCount: Int64?
  /// What the mode rests on, in words.
  package let because: String

  package init(_ mode: Mode, profile: String? = nil, smCount: Int64? = nil, because: String) {
    self.mode = mode
    self.profile = profile
    self.smCount = smCount
    self.because = because
  }
}
