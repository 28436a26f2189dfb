/// Reads the cards that the kernel knows: PCI ids from sysfs, and what NVIDIA's module says in procfs.
///
/// A container sees all cards of the node on the bus, also those that are not its own: only NVML's list, or a device node,
/// says that this process may use one.
struct BusReader {
  let machine: Machine

  /// A card on the bus.
  struct Card {
    let address: PCIAddress
    let sysfs: Readings
    /// What the driver's module says; empty for other vendors.
    let procfs: Readings
    let vendor: UInt32
    /// Whether its device node is here.
    let hasNode: Bool
  }

  static let nvidia: UInt32 = 0x10de
  static let amd: UInt32 = 0x1002

  /// Display controllers and processing accelerators of the vendors that the class table knows, by address.
  func cards() -> [PCIAddress: Card] {
    var cards: [PCIAddress: Card] = [:]
    let folder = "\(machine.sysfs)/bus/pci/devices"
    for name in SmallFile.names(in: folder) {
      guard let address = PCIAddress(name), let vendor = word("\(folder)/\(name)/vendor"),
        vendor == Self.nvidia || vendor == Self.amd,
        let kind = word("\(folder)/\(name)/class"), [0x03, 0x12].contains(kind >> 16)
      else { continue }
      let procfs = vendor == Self.nvidia ? module(address) : Readings()
      cards[address] = Card(
        address: address, sysfs: identity(name, vendor), procfs: procfs, vendor: vendor,
        hasNode: vendor == Self.nvidia ? hasNode(procfs) : hasRenderNode("\(folder)/\(name)/drm"))
    }
    // Where sysfs is hidden, the module may still speak.
    for name in SmallFile.names(in: "\(machine.procfs)/driver/nvidia/gpus") {
      guard let address = PCIAddress(name), cards[address] == nil else { continue }
      let procfs = module(address)
      cards[address] = Card(
        address: address, sysfs: identity(address.description, Self.nvidia), procfs: procfs,
        vendor: Self.nvidia, hasNode: hasNode(procfs))
    }
    return cards
  }

  /// Whether a card's device node is here, of whichever card.
  var hasNVIDIANode: Bool {
    SmallFile.names(in: machine.dev).contains {
      $0.hasPrefix("nvidia") && Int($0.dropFirst(6)) != nil
    }
  }

  /// The version of the kernel's module, as its own line gives it: the number behind "Kernel Module".
  func moduleVersion() -> Reading {
    let path = "\(machine.procfs)/driver/nvidia/version"
    let from = "/proc/driver/nvidia/version"
    switch SmallFile.read(path) {
    case .failure(let absence): return Reading("driver", from: from, .absent(absence.reason))
    case .success(let text):
      let words = text.split(separator: "\n").first?.split(separator: " ") ?? []
      let version = words.first { $0.contains(".") && $0.allSatisfy { $0 == "." || $0.isNumber } }
      return version.map { .text("driver", from: from, String($0)) }
        ?? Reading("driver", from: from, .absent("no version in it"))
    }
  }

  private func identity(_ name: String, _ vendor: UInt32) -> Readings {
    let folder = "\(machine.sysfs)/bus/pci/devices/\(name)"
    let from = "/sys/bus/pci/devices/"
    func pair(_ reading: String, _ first: String, _ second: String) -> Reading {
      switch SmallFile.read("\(folder)/\(second)") {
      case .failure(let absence):
        return Reading(reading, from: from + second, .absent(absence.reason))
      case .success(let text):
        guard let vendor = word("\(folder)/\(first)"), let id = Hex.value(SmallFile.trimmed(text))
        else { return Reading(reading, from: from + second, .absent("no number")) }
        return .text(reading, from: from + second, PCIIdentity.text(vendor: vendor, id: id))
      }
    }
    return Readings([
      pair("pciDeviceId", "vendor", "device"),
      pair("pciSubsystemId", "subsystem_vendor", "subsystem_device"),
    ])
  }

  private func module(_ address: PCIAddress) -> Readings {
    let from = "/proc/driver/nvidia/gpus/information"
    let path = "\(machine.procfs)/driver/nvidia/gpus/\(address)/information"
    switch SmallFile.read(path) {
    case .failure(let absence):
      return Readings([Reading("name", from: from, .absent(absence.reason))])
    case .success(let text):
      var readings = Readings()
      for line in text.split(separator: "\n") {
        guard let colon = line.firstIndex(of: ":") else { continue }
        let value = SmallFile.trimmed(line[line.index(after: colon)...])
        switch SmallFile.trimmed(line[..<colon]) {
        case "Model": readings.append(.text("name", from: from, value))
        case "GPU UUID": readings.append(.text("uuid", from: from, value))
        case "Device Minor":
          readings.append(
            Reading(
              "minor", from: from,
              Int64(value).map { .number($0) } ?? .absent("no number")))
        default: break
        }
      }
      return readings
    }
  }

  private func hasNode(_ procfs: Readings) -> Bool {
    procfs.number("minor").map { SmallFile.exists("\(machine.dev)/nvidia\($0)") } ?? false
  }

  /// AMD's way in is /dev/kfd and the card's own render node.
  private func hasRenderNode(_ folder: String) -> Bool {
    SmallFile.exists("\(machine.dev)/kfd")
      && SmallFile.names(in: folder).contains {
        $0.hasPrefix("renderD") && SmallFile.exists("\(machine.dev)/dri/\($0)")
      }
  }

  private func word(_ path: String) -> UInt32? {
    guard case .success(let text) = SmallFile.read(path) else { return nil }
    return Hex.value(SmallFile.trimmed(text))
  }
}
