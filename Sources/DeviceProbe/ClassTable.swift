internal import Canonical

/// The device classes that are known, and by what each is recognised (`schemas/device_classes.json`).
package struct ClassTable: Sendable {
  package struct Row: Sendable {
    package let id: String
    let vendor: String
    let names: [String]
    let acceleratorTypes: [String]
    let pci: [PCIRow]
    let computeCapability: String?
    let smCount: Int64?
    let memoryBusBits: Int64?
    let l2Bytes: Int64?
    /// Totals that were seen, in bytes, by NVML's and by CUDA's count.
    let nvmlTotals: [Int64]
    let cudaTotals: [Int64]
  }

  struct PCIRow: Sendable {
    let device: String
    /// nil: any.
    let subsystem: String?
  }

  package let rows: [Row]

  /// The table in this program.
  package static let embedded = ClassTable(parsing: PackageResources.device_classes_json)

  /// - Precondition: the text is a class table; it is part of the program.
  init(parsing bytes: [UInt8]) {
    guard let root = (try? JSONDocument(parsing: bytes))?.root, let classes = root["classes"] else {
      preconditionFailure("the class table is not JSON")
    }
    rows = classes.elements.map(Row.init)
  }

  subscript(id: String) -> Row? { rows.first { $0.id == id } }
}

extension ClassTable.Row {
  fileprivate init(_ node: JSONNode) {
    id = node["id"]?.text ?? ""
    vendor = node["vendor"]?.text ?? ""
    names = node["names"]?.elements.compactMap(\.text) ?? []
    acceleratorTypes = node["accelerator_types"]?.elements.compactMap(\.text) ?? []
    let vendorId = vendor == "amd" ? BusReader.amd : BusReader.nvidia
    // An id that nobody has seen on a card recognises none.
    pci = (node["pci"]?.elements.filter { $0["guess"]?.bool != true } ?? []).compactMap { row in
      guard let device = row["device"]?.text.flatMap({ Hex.value($0) }) else { return nil }
      let subsystem = row["subsystem"]?.text?.split(separator: ":").compactMap { Hex.value($0) }
      return ClassTable.PCIRow(
        device: PCIIdentity.text(vendor: vendorId, id: device),
        subsystem: subsystem.flatMap {
          $0.count == 2 ? PCIIdentity.text(vendor: $0[0], id: $0[1]) : nil
        })
    }
    computeCapability = node["compute_capability"]?.text
    smCount = node["sm_count"]?.integer
    memoryBusBits = node["memory_bus_bits"]?.integer
    l2Bytes = node["l2_bytes_mib"]?.integer.map { $0 << 20 }
    nvmlTotals = Self.bytes(node["nvml_total_mib_seen"])
    cudaTotals = Self.bytes(node["cuda_total_mib_seen"])
  }

  private static func bytes(_ node: JSONNode?) -> [Int64] {
    node?.elements.compactMap(\.integer).map { $0 << 20 } ?? []
  }

  /// Whether the driver's name for a card is this class's: the whole name, never a part of it.
  ///
  /// `NVIDIA `, which drivers gained and dropped, does not count, nor what follows ` MIG `.
  func has(name: String) -> Bool {
    let name = DeviceName.plain(name)
    return names.contains { candidate in
      let candidate = DeviceName.plain(candidate)
      return name.utf8.elementsEqual(candidate.utf8)
        || (vendor == "amd" && name.hasPrefix(candidate + " "))
    }
  }
}

/// What drivers call devices.
enum DeviceName {
  /// Without the vendor's prefix and without the profile of a MIG device.
  static func plain(_ name: String) -> String {
    let card = split(name).card
    return card.hasPrefix("NVIDIA ") ? String(card.dropFirst(7)) : card
  }

  /// `NVIDIA A100-SXM4-40GB MIG 3g.20gb` is a card and a profile.
  static func split(_ name: String) -> (card: String, profile: String?) {
    let words = name.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count > 2, words[words.count - 2] == "MIG", let profile = words.last,
      isProfile(profile)
    else { return (name, nil) }
    return (words.dropLast(2).joined(separator: " "), String(profile))
  }

  /// `[Cc.]Gg.Mgb` and an attribute: `1c.3g.20gb`, `1g.5gb+me`.
  static func isProfile(_ text: some StringProtocol) -> Bool {
    let attributes = ["+me.all", "+me", "+gfx", "-me"]
    let base = attributes.first { text.hasSuffix($0) }.map { text.dropLast($0.count) } ?? text[...]
    var parts = base.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 3 {
      guard isNumber(parts[0], before: "c") else { return false }
      parts.removeFirst()
    }
    return parts.count == 2 && isNumber(parts[0], before: "g") && isNumber(parts[1], before: "gb")
  }

  private static func isNumber(_ text: some StringProtocol, before unit: String) -> Bool {
    text.hasSuffix(unit) && text.utf8.count > unit.utf8.count
      && text.dropLast(unit.count).utf8.allSatisfy { (48...57).contains($0) }
  }
}
