package import Canonical

/// A device class as outputs are grouped by: the class with how it was shared, several joined where an output used several.
package struct DeviceGroup: Hashable, Comparable, Sendable {
  /// `h100-sxm`, `a100-sxm (mig 3g.40gb)`, `a100-sxm + h100-sxm`.
  package let name: String

  package init(name: String) { self.name = name }

  package static let maximumName = 256

  /// Whether a group can be called so: printable ASCII without quotes.
  package static func isName(_ text: String) -> Bool {
    (1...maximumName).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
  }

  /// - Parameter devices: the device records of one output; nil for one that was erased.
  package init(_ devices: [JSONNode?]) {
    let names = Set(devices.map(Self.name)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    name = names.isEmpty ? "unknown" : names.joined(separator: " + ")
  }

  private static func name(_ device: JSONNode?) -> String {
    guard let device, let name = device["class"]?.text else { return "erased" }
    let share = device["share"]
    guard let mode = share?["mode"]?.text, !mode.utf8.elementsEqual("whole".utf8) else {
      return name
    }
    if mode.utf8.elementsEqual("unknown".utf8) { return "\(name) (share unknown)" }
    let parts =
      [mode, share?["profile"]?.text, share?["smCount"]?.integer.map { "\($0) SMs" }]
      .compactMap(\.self)
    return "\(name) (\(parts.joined(separator: " ")))"
  }

  package static func < (left: Self, right: Self) -> Bool {
    left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
  }
}
