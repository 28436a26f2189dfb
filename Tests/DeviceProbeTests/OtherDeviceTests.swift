import Testing

@testable import DeviceProbe

/// Processors, AMD's cards and Google's TPUs.
struct OtherDeviceTests {
  private static let second = "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"
  private static let third = "\(second) abm avx avx2 bmi1 bmi2 f16c fma movbe xsave"
  private static let fourth = "\(third) avx512f avx512bw avx512cd avx512dq avx512vl amx_bf16"

  @Test(arguments: [
    ("fpu", "cpu-x86-64"), (second, "cpu-x86-64-v2"), (third, "cpu-x86-64-v3"),
    (fourth, "cpu-x86-64-v4"),
    // A level counts only on top of those below it.
    ("avx512f avx512bw avx512cd avx512dq avx512vl", "cpu-x86-64"),
  ])
  func aProcessorsClassIsItsLevel(flags: String, id: String) throws {
    let machine = try PlayedMachine()
    machine.write(
      "vendor_id\t: GenuineIntel\nmodel\t\t: 143\nmodel name\t: A Xeon\nmicrocode\t: 0x2b0004d0\nflags\t\t: \(flags)\n\nflags\t\t: fpu\n",
      to: "proc/cpuinfo")
    let device = machine.probe().processor
    #expect(device.finding.id == id)
    #expect(ClassTable.embedded[id] != nil)
    let readings = device.readings[0].readings
    #expect(readings.text("model") == "A Xeon")
    #expect(readings.text("modelNumber") == "143")
    #expect(readings.text("microcode") == "0x2b0004d0")
    #expect(readings.absence("stepping") == "no such field")
  }

  @Test func anARMProcessorHasNoModelName() throws {
    let machine = try PlayedMachine()
    machine.write(
      "processor\t: 0\nFeatures\t: fp asimd sve\nCPU implementer\t: 0x41\nCPU part\t: 0xd4f\n",
      to: "proc/cpuinfo")
    let device = machine.probe().processor
    #expect(device.finding.id == "cpu-arm64")
    #expect(device.readings[0].readings.text("part") == "0xd4f")
  }

  @Test(arguments: [
    ("max 100000", "0-7", "0-7", Share.Mode.whole), ("400000 100000", "0-7", "0-7", .unknown),
    ("max 100000", "0-7", "2-3", .unknown), ("", "0-7", "0-7", .unknown),
  ])
  func aProcessorIsWholeWithoutLimits(
    limit: String, online: String, allowed: String, mode: Share.Mode
  ) throws {
    let machine = try PlayedMachine()
    if !limit.isEmpty { machine.write("\(limit)\n", to: "sys/fs/cgroup/cpu.max") }
    machine.write("\(online)\n", to: "sys/devices/system/cpu/online")
    machine.write("Name:\tx\nCpus_allowed_list:\t\(allowed)\n", to: "proc/self/status")
    #expect(machine.probe().processor.share.mode == mode)
  }

  @Test func anAMDCardIsReadThroughSysfs() throws {
    let machine = try PlayedMachine()
    plugMI300X(into: machine)
    let device = try #require(machine.probe().devices.first)
    #expect(device.finding.id == "amd-mi300x")
    #expect(device.uuid == "0x1234abcd")
    #expect(device.driver == "6.10.5")
    #expect(device.share.mode == .unknown)
    #expect(device.readings[0].readings.text("computePartition") == "CPX")
    #expect(device.readings[0].readings.number("memoryTotalBytes") == 25_767_706_624)
    #expect(device.readings[0].readings.absence("memoryPartition") == "No such file or directory")
  }

  @Test func anAMDCardWithoutItsNodesIsNotOurs() throws {
    let machine = try PlayedMachine()
    plugMI300X(into: machine, hasNode: false)
    #expect(machine.probe().devices.map(\.finding.id) == ["cpu-x86-64"])
  }

  @Test(arguments: [
    ("v5litepod-16", "google-tpu-v5e"), ("v4-8", "google-tpu-v4"), ("v6e-4", "google-tpu-v6e"),
    ("v9-8", "unknown"), ("v4", "unknown"), ("v4-x", "unknown"),
  ])
  func aTPUIsWhatItsEnvironmentSays(type: String, id: String) throws {
    let machine = try PlayedMachine()
    machine.machine.environment["TPU_ACCELERATOR_TYPE"] = type
    for chip in 0..<4 { machine.write("", to: "dev/accel\(chip)") }
    let device = machine.probe().devices[0]
    #expect(device.finding.id == id)
    #expect(device.readings[0].readings.number("chips") == 4)
  }

  @Test func aTPUWithoutChipsIsAClaimOnly() throws {
    let machine = try PlayedMachine()
    machine.machine.environment["TPU_ACCELERATOR_TYPE"] = "v4-8"
    let finding = machine.probe().devices[0].finding
    #expect(finding.id == "unknown")
    #expect(finding.conflicts.map(\.what) == ["chips"])
  }

  private func plugMI300X(into machine: PlayedMachine, hasNode: Bool = true) {
    let folder = "sys/bus/pci/devices/0000:05:00.0"
    for (file, text) in [
      ("vendor", "0x1002"), ("device", "0x74a1"), ("subsystem_vendor", "0x1002"),
      ("subsystem_device", "0x74a1"), ("class", "0x120000"),
      ("product_name", "AMD Instinct MI300X OAM"), ("unique_id", "0x1234abcd"),
      ("current_compute_partition", "CPX"), ("mem_info_vram_total", "25767706624"),
      ("drm/renderD128/dev", "226:128"),
    ] {
      machine.write("\(text)\n", to: "\(folder)/\(file)")
    }
    machine.write("6.10.5\n", to: "sys/module/amdgpu/version")
    guard hasNode else { return }
    machine.write("", to: "dev/kfd")
    machine.write("", to: "dev/dri/renderD128")
  }
}
