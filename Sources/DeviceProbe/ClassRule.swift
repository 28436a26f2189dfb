/// Which class a card is of, by what, and what speaks against it.
package struct ClassFinding: Equatable, Sendable {
  /// `unknown` when nothing in the table is this card: never a neighbour.
  package let id: String
  /// What it rests on, or why it is unknown.
  package let by: String
  package let conflicts: [Conflict]
}

/// Two readings that cannot both be true of one card, or one that cannot be true of the class. Kept, not hidden.
package struct Conflict: Equatable, Sendable {
  package let what: String
  /// What each side says, by who says it.
  package let sides: [(who: String, value: String)]

  package static func == (a: Conflict, b: Conflict) -> Bool {
    a.what == b.what && a.sides.count == b.sides.count
      && zip(a.sides, b.sides).allSatisfy { $0.who == $1.who && $0.value == $1.value }
  }
}

/// PCI device and subsystem id first, the exact name second, then consistency.
struct ClassRule {
  let table: ClassTable

  /// - Parameter isShare: the readings are of a part of a card, whose memory and SMs are not the class's.
  func decide(_ card: CardReadings, isShare: Bool) -> ClassFinding {
    var conflicts = disagreements(card)
    let byName = named(card)
    let (byPCI, grade) = plugged(card, named: byName)
    guard let row = byPCI ?? byName else {
      return ClassFinding(id: "unknown", by: reasonForUnknown(card), conflicts: conflicts)
    }
    if byPCI != nil, let name = card.texts("name").first(where: { !row.has(name: $0.value) }) {
      conflicts.append(
        Conflict(what: "name", sides: [("class", row.id), (name.reader, name.value)]))
    }
    let against = ClassConsistency(row: row, card: card, isShare: isShare).conflicts
    conflicts += against
    // A name can be anything; memory alone is not held against it, since limiters fake it.
    if byPCI == nil, against.contains(where: { $0.what != "memoryTotalBytes" }) {
      return ClassFinding(
        id: "unknown", by: "the name says \(row.id) and other readings do not",
        conflicts: conflicts)
    }
    return ClassFinding(id: row.id, by: byPCI == nil ? "name" : grade, conflicts: conflicts)
  }

  /// The row that PCI ids name. A device id that several products share needs the subsystem, or the name.
  private func plugged(
    _ card: CardReadings, named: ClassTable.Row?
  ) -> (ClassTable.Row?, grade: String) {
    guard let device = card.texts("pciDeviceId").first?.value else { return (nil, "") }
    let rows = table.rows.filter { row in row.pci.contains { $0.device == device } }
    if let subsystem = card.texts("pciSubsystemId").first?.value {
      let exact = rows.filter { row in
        row.pci.contains { $0.device == device && $0.subsystem == subsystem }
      }
      if exact.count == 1 { return (exact[0], "PCI device and subsystem") }
    }
    let general = rows.filter { row in
      row.pci.contains { $0.device == device && $0.subsystem == nil }
    }
    if rows.count == 1, general.count == 1 { return (rows[0], "PCI device") }
    // The device is listed under other subsystems only: the name decides among its classes, and no other does.
    if let named, rows.contains(where: { $0.id == named.id }) {
      return (named, "PCI device and name")
    }
    // The name is another known class's: ids come first, and the name becomes a conflict. A name that nobody knows may be
    // a product that shares the device id: then neither is believed.
    if rows.count == 1, named != nil { return (rows[0], "PCI device, against the name") }
    return (nil, "")
  }

  private func named(_ card: CardReadings) -> ClassTable.Row? {
    guard let name = card.texts("name").first?.value else { return nil }
    return table.rows.first { $0.has(name: name) }
  }

  private func reasonForUnknown(_ card: CardReadings) -> String {
    let device = card.texts("pciDeviceId").first?.value
    let name = card.texts("name").first?.value
    switch (device, name) {
    case (nil, nil): return "neither PCI ids nor a name"
    case (let device?, nil): return "PCI device \(device) names no class and there is no name"
    case (nil, _?): return "the name is not in the table"
    case (let device?, _?): return "neither PCI device \(device) nor the name is in the table"
    }
  }

  /// Readers that contradict each other.
  private func disagreements(_ card: CardReadings) -> [Conflict] {
    ["pciDeviceId", "pciSubsystemId", "computeCapability", "name"].compactMap { name in
      let sides = card.texts(name)
      let values = sides.map { name == "name" ? DeviceName.plain($0.value) : $0.value }
      guard let first = values.first, values.contains(where: { $0 != first }) else { return nil }
      return Conflict(what: name, sides: sides.map { ($0.reader, $0.value) })
    }
  }
}
