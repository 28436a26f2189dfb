/// Where a card is plugged in. Function 0 always: the others of a GPU are its sound and USB.
package struct PCIAddress: Hashable, Sendable, CustomStringConvertible {
  package let domain: UInt32
  package let bus: UInt32
  package let device: UInt32

  package init(domain: UInt32, bus: UInt32, device: UInt32) {
    self.domain = domain
    self.bus = bus
    self.device = device
  }

  /// Reads the forms of NVML (eight digits of domain), procfs and sysfs (four), in either case of letters.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2].hasSuffix(".0"), let domain = UInt32(parts[0], radix: 16),
      let bus = UInt32(parts[1], radix: 16), let device = UInt32(parts[2].dropLast(2), radix: 16)
    else { return nil }
    self.init(domain: domain, bus: bus, device: device)
  }

  /// The form of sysfs: `0000:3b:00.0`.
  package var description: String {
    "\(Hex.text(domain, digits: 4)):\(Hex.text(bus, digits: 2)):\(Hex.text(device, digits: 2)).0"
  }
}

/// PCI ids as `10de:2330`, vendor first.
enum PCIIdentity {
  /// NVML packs the id above the vendor.
  static func text(packed: UInt32) -> String {
    text(vendor: packed & 0xFFFF, id: packed >> 16)
  }

  static func text(vendor: UInt32, id: UInt32) -> String {
    "\(Hex.text(vendor, digits: 4)):\(Hex.text(id, digits: 4))"
  }
}

enum Hex {
  /// Lower-case, with leading zeros up to `digits`.
  static func text(_ value: UInt32, digits: Int) -> String {
    let plain = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - plain.utf8.count)) + plain
  }

  /// `0x2330` or `2330`.
  static func value(_ text: some StringProtocol) -> UInt32? {
    UInt32(text.hasPrefix("0x") ? text.dropFirst(2) : text[...], radix: 16)
  }
}
