/// One device that this process may use: its class, its share, and all readings behind both.
package struct ProbedDevice: Sendable {
  package let finding: ClassFinding
  package let share: Share
  package let driver: String?
  /// By reader, in the order of belief.
  package let readings: [(reader: String, readings: Readings)]
  package let uuid: String?
  package let pciBusId: String?

  /// Readings of this one card or this moment: they are no part of a class as observed.
  static let ofInstance: Set<String> = [
    "uuid", "pciBusId", "vbios", "minor", "computeProcesses", "mpsProcesses", "gpuInstance",
    "computeInstance", "migDeviceLimit", "deviceCount", "init",
  ]

  /// Whether the reading belongs into the record of the class.
  static func isOfClass(_ reading: Reading) -> Bool {
    switch reading.outcome {
    // That it was reached says nothing; that it was not is why all else is missing.
    case .text, .number: reading.name != "handle" && !ofInstance.contains(reading.name)
    case .absent: reading.name == "init" || !ofInstance.contains(reading.name)
    }
  }
}
