/// Joins what NVML, libcuda and the kernel say about NVIDIA's cards into devices, by PCI address.
struct NVIDIADevices {
  let nvml: [String: Readings]
  let cuda: [String: Readings]
  let cards: [PCIAddress: BusReader.Card]
  let module: Reading
  /// Whether any of the driver's device nodes is here.
  let hasNode: Bool

  /// The devices of this process: NVML's list; where NVML is silent, the cards whose device nodes are here.
  func devices(_ rule: ClassRule, _ shares: ShareRule) -> [ProbedDevice] {
    guard system.number("deviceCount") != nil else { return withoutNVML(rule, shares) }
    var devices: [ProbedDevice] = []
    for index in indices {
      let readings = nvml["\(index)"] ?? Readings()
      // A card of the node that this process was not given.
      if readings.absence("handle") == "NO_PERMISSION" { continue }
      let card = self.card(readings)
      let parts = parts(of: index, card)
      devices +=
        parts.isEmpty
        ? [device(card, rule.decide(card, isShare: false), shares.decide(card))]
        : parts.map { part in
          device(part, rule.decide(part, isShare: true), ShareRule.mig(part.nvml))
        }
    }
    return devices
  }

  private var system: Readings { nvml[""] ?? Readings() }

  private var indices: [Int] { nvml.keys.compactMap { Int($0) }.sorted() }

  /// The MIG devices of a card that can be seen from here, with the card's own ids.
  private func parts(of index: Int, _ card: CardReadings) -> [CardReadings] {
    let prefix = "\(index)."
    let subjects = nvml.keys.filter { $0.hasPrefix(prefix) && nvml[$0]?.number("handle") != nil }
      .sorted { Int($0.dropFirst(prefix.count)) ?? 0 < Int($1.dropFirst(prefix.count)) ?? 0 }
    let ofCard: Set<String> = [
      "pciBusId", "pciDeviceId", "pciSubsystemId", "computeCapability", "memoryBusBits",
      "architecture", "migMode",
    ]
    return subjects.map { subject in
      var part = card
      part.nvml = Readings(
        (nvml[subject] ?? Readings()).rows + card.nvml.rows.filter { ofCard.contains($0.name) })
      // CUDA shows one MIG device, and does not say which when there are several.
      if subjects.count > 1 { part.cuda = Readings() }
      return part
    }
  }

  private func card(_ nvml: Readings) -> CardReadings {
    var card = CardReadings()
    card.nvml = nvml
    guard let address = nvml.text("pciBusId").flatMap({ PCIAddress($0) }) else { return card }
    card.cuda = cuda.values.first { $0.text("pciBusId") == address.description } ?? Readings()
    card.sysfs = cards[address]?.sysfs ?? Readings()
    card.procfs = cards[address]?.procfs ?? Readings()
    return card
  }

  private func withoutNVML(_ rule: ClassRule, _ shares: ShareRule) -> [ProbedDevice] {
    let own = cards.values.filter { $0.vendor == BusReader.nvidia && $0.hasNode }
      .sorted { $0.address.description < $1.address.description }
    let unasked = Share(.unknown, because: "NVML gives no devices")
    if own.isEmpty, hasNode {
      let nothing = CardReadings()
      return [device(nothing, rule.decide(nothing, isShare: false), unasked)]
    }
    return own.map { ours in
      var card = CardReadings()
      card.sysfs = ours.sysfs
      card.procfs = ours.procfs
      card.cuda = cuda.values.first { $0.text("pciBusId") == ours.address.description } ?? card.cuda
      return device(
        card, rule.decide(card, isShare: false), unasked, at: ours.address.description)
    }
  }

  private func device(
    _ card: CardReadings, _ finding: ClassFinding, _ share: Share, at address: String? = nil
  ) -> ProbedDevice {
    var conflicts = finding.conflicts
    let kernel = Readings([module]).text("driver")
    let library = system.text("driver")
    if let kernel, let library, kernel != library {
      conflicts.append(
        Conflict(what: "driver", sides: [("procfs", kernel), ("nvml", library)]))
    }
    return ProbedDevice(
      finding: ClassFinding(id: finding.id, by: finding.by, conflicts: conflicts), share: share,
      driver: kernel ?? library,
      readings: [
        ("sysfs", card.sysfs), ("procfs", Readings(card.procfs.rows + [module])),
        ("nvml", Readings(system.rows + card.nvml.rows)),
        ("cuda", Readings((cuda[""] ?? Readings()).rows + card.cuda.rows)),
      ],
      uuid: card.nvml.text("uuid") ?? card.procfs.text("uuid"),
      pciBusId: card.nvml.text("pciBusId") ?? address)
  }
}
