package import Canonical

extension ProbedDevice {
  /// The `device` record: the same bytes for every card of a class under one driver that reads the same.
  package var record: JSONValue {
    .object(present: [
      "kind": "device", "v": 1,
      "class": .string(finding.id),
      "share": .object(present: [
        "mode": .string(share.mode.rawValue), "profile": share.profile.map { .string($0) },
        "smCount": share.smCount.map { .integer($0) },
      ]),
      // What a record takes as a line; a longer one stays among the readings.
      "driver": driver.flatMap { $0.utf8.count <= 255 ? .string($0) : nil },
      "readings": .object(readingMembers),
    ])
  }

  /// The record, and what is of this card and this moment only.
  package var json: JSONValue {
    .object(present: [
      "record": record, "uuid": uuid.map { .string($0) },
      "pciBusId": pciBusId.map { .string($0) },
      "observed": Self.object(readings) { !Self.isOfClass($0) },
    ])
  }

  private var readingMembers: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("class", .object([("by", .string(finding.by))])),
      ("share", .object([("because", .string(share.because))])),
    ]
    if case .object(let readers)? = Self.object(readings, where: Self.isOfClass) {
      members += readers
    }
    if !finding.conflicts.isEmpty {
      members.append(("conflicts", .array(finding.conflicts.map(\.json))))
    }
    return members
  }

  /// Readers by name, each an object of readings by name; nil when there is none at all.
  static func object(
    _ readings: [(reader: String, readings: Readings)], where isIncluded: (Reading) -> Bool
  ) -> JSONValue? {
    let members = readings.compactMap { reader, readings in
      Self.object(readings, where: isIncluded).map { (reader, $0) }
    }
    return members.isEmpty ? nil : .object(members)
  }

  /// Of two readings with one name, the one with a value stands; else the first.
  static func object(_ readings: Readings, where isIncluded: (Reading) -> Bool) -> JSONValue? {
    var members: [(String, JSONValue)] = []
    for reading in readings.rows where isIncluded(reading) {
      guard let place = members.firstIndex(where: { $0.0 == reading.name }) else {
        members.append((reading.name, reading.json))
        continue
      }
      if case .absent = reading.outcome { continue }
      members[place].1 = reading.json
    }
    return members.isEmpty ? nil : .object(members)
  }
}

extension Reading {
  var json: JSONValue {
    let outcome: (String, JSONValue) =
      switch self.outcome {
      case .text(let text): ("value", .string(text))
      case .number(let number): ("value", .integer(number))
      case .absent(let reason): ("absent", .string(reason))
      }
    return .object([outcome, ("from", .string(from))])
  }
}

extension Conflict {
  var json: JSONValue {
    let sides = sides.map { side -> JSONValue in
      .object([("who", .string(side.who)), ("value", .string(side.value))])
    }
    return .object([("what", .string(what)), ("sides", .array(sides))])
  }
}
