package import Canonical

extension Probe {
  /// For programs: every device with its record, the processor, and what belongs to no device.
  package var json: JSONValue {
    .object(present: [
      "devices": .array(devices.map(\.json)), "processor": processor.json,
      "machine": ProbedDevice.object(machineReadings) { _ in true },
    ])
  }

  /// For people: class and share of each device with their reasons, then every reading and where it came from.
  package var text: String {
    var lines: [String] = []
    for device in devices {
      lines.append(device.uuid ?? device.pciBusId ?? device.finding.id)
      lines += device.lines.map { "  " + $0 }
    }
    if devices.first?.finding.by != processor.finding.by {
      lines.append("processor")
      lines += processor.lines.map { "  " + $0 }
    }
    lines.append("machine")
    lines += Self.lines(machineReadings).map { "  " + $0 }
    return lines.joined(separator: "\n") + "\n"
  }

  fileprivate static func lines(_ readings: [(reader: String, readings: Readings)]) -> [String] {
    readings.flatMap { reader, readings in
      readings.rows.map { row in
        let value =
          switch row.outcome {
          case .text(let text): text
          case .number(let number): "\(number)"
          case .absent(let reason): "- (\(reason))"
          }
        return "\(reader).\(row.name): \(value)  [\(row.from)]"
      }
    }
  }
}

extension ProbedDevice {
  fileprivate var lines: [String] {
    var lines = ["class: \(finding.id)  [\(finding.by)]"]
    let share = [
      self.share.mode.rawValue, self.share.profile, self.share.smCount.map { "\($0) SMs" },
    ]
    let shareText = share.compactMap(\.self).joined(separator: " ")
    lines.append("share: \(shareText)  [\(self.share.because)]")
    if let driver { lines.append("driver: \(driver)") }
    for conflict in finding.conflicts {
      let sides = conflict.sides.map { "\($0.who) says \($0.value)" }.joined(separator: ", ")
      lines.append("CONFLICT \(conflict.what): \(sides)")
    }
    return lines + Probe.lines(readings)
  }
}
