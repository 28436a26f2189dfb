/// All that can be said about a machine's devices from where this process stands.
package struct Probe: Sendable {
  /// Accelerators; where there is none, the processor.
  package let devices: [ProbedDevice]
  package let processor: ProbedDevice
  /// What the readers said that belongs to no device.
  package let machineReadings: [(reader: String, readings: Readings)]

  /// Reads the machine. Takes at most the helpers' deadlines, whatever the drivers do.
  package init(_ machine: Machine, table: ClassTable = .embedded) {
    let surroundings = Surroundings(of: machine)
    let bus = BusReader(machine: machine)
    let helper = Helper(machine: machine)
    let sources = NVIDIADevices(
      nvml: helper.read(.nvml, library: machine.nvmlLibrary),
      cuda: helper.read(.cuda, library: machine.cudaLibrary),
      cards: bus.cards(), module: bus.moduleVersion(), hasNode: bus.hasNVIDIANode)
    var devices = sources.devices(
      ClassRule(table: table), ShareRule(surroundings: surroundings))
    let amd = AMDReader(machine: machine, table: table)
    for card in sources.cards.values.sorted(by: { $0.address.description < $1.address.description })
    where card.vendor == BusReader.amd && card.hasNode {
      devices.append(amd.read(card))
    }
    if let tpu = TPUReader(machine: machine, table: table).read() { devices.append(tpu) }
    processor = CPUReader(machine: machine).read()
    self.devices = devices.isEmpty ? [processor] : devices
    machineReadings = [
      ("nvml", sources.nvml[""] ?? Readings()), ("cuda", sources.cuda[""] ?? Readings()),
      ("procfs", Readings([sources.module])), ("surroundings", surroundings.readings),
    ]
  }
}
