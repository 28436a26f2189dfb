/// What all readers said about one card, side by side.
package struct CardReadings: Sendable {
  package var nvml = Readings()
  package var cuda = Readings()
  package var procfs = Readings()
  package var sysfs = Readings()

  package init() {}

  /// The readers in the order in which they are believed about what a card is: the kernel's bus before libraries.
  var all: [(reader: String, readings: Readings)] {
    [("sysfs", sysfs), ("procfs", procfs), ("nvml", nvml), ("cuda", cuda)]
  }

  /// Every reader's text of that name.
  func texts(_ name: String) -> [(reader: String, value: String)] {
    all.compactMap { reader, readings in readings.text(name).map { (reader, $0) } }
  }

  func numbers(_ name: String) -> [(reader: String, value: Int64)] {
    all.compactMap { reader, readings in readings.number(name).map { (reader, $0) } }
  }
}
