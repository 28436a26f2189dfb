/// Google's TPUs: what their environment says, if the devices are here.
struct TPUReader {
  let machine: Machine
  let table: ClassTable

  private static let variables = [
    "TPU_ACCELERATOR_TYPE", "TPU_CHIPS_PER_HOST_BOUNDS", "TPU_HOST_BOUNDS", "TPU_VISIBLE_CHIPS",
  ]

  /// nil when neither a variable nor a device speaks of TPUs.
  func read() -> ProbedDevice? {
    var readings = Readings()
    for name in Self.variables {
      if let value = machine.environment[name] {
        readings.append(.text(name, from: "environment", value))
      }
    }
    let accelerators = SmallFile.names(in: machine.dev).filter {
      $0.hasPrefix("accel") && Int($0.dropFirst(5)) != nil
    }
    // Newer ones are plain VFIO devices, which anything can be: they count only beside the variables.
    let groups = SmallFile.names(in: "\(machine.dev)/vfio").filter { Int($0) != nil }
    let chips = accelerators.count + (readings.isEmpty ? 0 : groups.count)
    guard !readings.isEmpty || chips > 0 else { return nil }
    readings.append(
      Reading(
        "chips", from: "/dev/accel, /dev/vfio",
        chips > 0 ? .number(Int64(chips)) : .absent("no such device")))
    return ProbedDevice(
      finding: finding(readings),
      share: Share(.unknown, because: "the environment does not say who shares it"), driver: nil,
      readings: [("environment", readings)], uuid: nil, pciBusId: nil)
  }

  private func finding(_ readings: Readings) -> ClassFinding {
    guard let type = readings.text("TPU_ACCELERATOR_TYPE") else {
      return ClassFinding(id: "unknown", by: "TPU_ACCELERATOR_TYPE is not set", conflicts: [])
    }
    guard let dash = type.lastIndex(of: "-"), Int(type[type.index(after: dash)...]) != nil,
      let row = table.rows.first(where: { $0.acceleratorTypes.contains(String(type[..<dash])) })
    else {
      return ClassFinding(
        id: "unknown", by: "the accelerator type is not in the table", conflicts: [])
    }
    guard readings.number("chips") != nil else {
      return ClassFinding(
        id: "unknown", by: "no device is here",
        conflicts: [
          Conflict(what: "chips", sides: [("environment", type), ("dev", "no device")])
        ])
    }
    return ClassFinding(id: row.id, by: "accelerator type", conflicts: [])
  }
}
