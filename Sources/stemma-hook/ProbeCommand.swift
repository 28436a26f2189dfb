internal import Canonical
internal import DeviceProbe

/// `stemma-hook probe`: what devices are here, how much of each, and how that is known.
enum ProbeCommand {
  /// The hidden command that makes this program a helper.
  static let helperCommand = "read-library"

  /// - Returns: the exit status; that nothing can be read is an answer and not a failure.
  static func run(_ arguments: [String]) -> Int32 {
    var machine = Machine(
      helper: ["/proc/self/exe", helperCommand], environment: Console.environment())
    var isJSON = false
    var rest = arguments[...]
    while let option = rest.popFirst() {
      if option == "--json" {
        isJSON = true
        continue
      }
      guard let value = rest.popFirst(), set(option, value, &machine) else {
        Console.complain("stemma-hook probe: \(option)?\n\(Main.usage)")
        return 2
      }
    }
    let probe = Probe(machine)
    Console.print(
      isJSON ? String(decoding: probe.json.canonicalBytes(), as: UTF8.self) + "\n" : probe.text)
    return 0
  }

  /// Takes one option; false when there is no such option, or its value is none.
  private static func set(_ option: String, _ value: String, _ machine: inout Machine) -> Bool {
    switch option {
    case "--sysfs": machine.sysfs = value
    case "--procfs": machine.procfs = value
    case "--dev": machine.dev = value
    case "--etc": machine.etc = value
    case "--nvml": machine.nvmlLibrary = value
    case "--cuda": machine.cudaLibrary = value
    case "--node-labels":
      guard let labels = NodeLabels.read(value) else { return false }
      machine.nodeLabels = labels
    case "--call-deadline-ms":
      guard let milliseconds = Int(value), (1...60_000).contains(milliseconds) else { return false }
      machine.callDeadline = .milliseconds(milliseconds)
    default: return false
    }
    return true
  }
}
