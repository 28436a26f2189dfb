/// AMD's cards, through sysfs alone.
struct AMDReader {
  let machine: Machine
  let table: ClassTable

  /// One card, or one of its partitions, as a device.
  func read(_ card: BusReader.Card) -> ProbedDevice {
    let folder = "\(machine.sysfs)/bus/pci/devices/\(card.address)"
    let from = "/sys/bus/pci/devices/"
    var sysfs = card.sysfs
    for (name, file) in [
      ("name", "product_name"), ("computePartition", "current_compute_partition"),
      ("memoryPartition", "current_memory_partition"), ("uuid", "unique_id"),
    ] {
      sysfs.append(SmallFile.line(name, "\(folder)/\(file)", from: from + file))
    }
    let total = "mem_info_vram_total"
    sysfs.append(number("memoryTotalBytes", "\(folder)/\(total)", from: from + total))
    let driver = SmallFile.line(
      "driver", "\(machine.sysfs)/module/amdgpu/version", from: "/sys/module/amdgpu/version")
    sysfs.append(driver)
    var readings = CardReadings()
    readings.sysfs = sysfs
    return ProbedDevice(
      finding: ClassRule(table: table).decide(readings, isShare: false), share: share(sysfs),
      driver: sysfs.text("driver"), readings: [("sysfs", sysfs)], uuid: sysfs.text("uuid"),
      pciBusId: card.address.description)
  }

  /// SPX is one partition, all of the card; others are parts, which no mode of a share names.
  private func share(_ sysfs: Readings) -> Share {
    guard let partition = sysfs.text("computePartition") else {
      return Share(.unknown, because: "the card does not say how it is partitioned")
    }
    return Share(
      .unknown,
      because: partition == "SPX"
        ? "one partition; who else uses the card is not known"
        : "a partition of the card (\(partition))")
  }

  private func number(_ name: String, _ path: String, from: String) -> Reading {
    let line = SmallFile.line(name, path, from: from)
    guard case .text(let text) = line.outcome else { return line }
    return Reading(name, from: from, Int64(text).map { .number($0) } ?? .absent("no number"))
  }
}
