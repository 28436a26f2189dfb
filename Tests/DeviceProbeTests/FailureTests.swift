import Glibc
import Testing

@testable import DeviceProbe

/// Libraries that are missing, refuse, hang, crash or talk nonsense: a reason for each, and only the helper is lost.
struct FailureTests {
  @Test func withoutALibraryTheDeviceIsTheProcessor() throws {
    let probe = try PlayedMachine().probe()
    #expect(probe.devices.map(\.finding.id) == ["cpu-x86-64"])
    #expect(system(probe).absence("library") != nil)
  }

  @Test func withoutADriverTheDeviceIsTheProcessor() throws {
    let probe = try PlayedMachine(nvml: "init=9").probe()
    #expect(probe.devices.map(\.finding.id) == ["cpu-x86-64"])
    #expect(system(probe).absence("init") == "DRIVER_NOT_LOADED")
  }

  @Test func aStaleLibraryLeavesWhatTheKernelSays() throws {
    let machine = try PlayedMachine(nvml: "init=18")
    plugH100(into: machine)
    let device = machine.probe().devices[0]
    #expect(device.finding.id == "nvidia-h100-sxm5-80gb")
    #expect(device.share.mode == .unknown)
    #expect(device.uuid == "GPU-of-0")
    #expect(device.readings[2].readings.absence("init") == "LIB_RM_VERSION_MISMATCH")
  }

  @Test func aDeviceNodeThatNobodyExplainsIsUnknown() throws {
    let machine = try PlayedMachine(nvml: "init=4")
    machine.write("", to: "dev/nvidia3")
    let devices = machine.probe().devices
    #expect(devices.map(\.finding.id) == ["unknown"])
    #expect(devices[0].readings[2].readings.absence("init") == "NO_PERMISSION")
  }

  @Test func cardsOfTheNodeThatAreNotOursAreNotClaimed() throws {
    let machine = try PlayedMachine()
    plugH100(into: machine, hasNode: false)
    #expect(machine.probe().devices.map(\.finding.id) == ["cpu-x86-64"])
    let probe = try PlayedMachine(nvml: "\(Cards.h100) \(Cards.a100) denied=1").probe()
    #expect(probe.devices.map(\.finding.id) == ["nvidia-h100-sxm5-80gb"])
  }

  @Test(arguments: ["nvmlInit_v2", "nvmlDeviceGetCount_v2"], ["hang", "crash"])
  func losesTheLibraryWhereNothingElseCanBeAsked(function: String, how: String) throws {
    let machine = try PlayedMachine(nvml: "\(Cards.h100) \(function)=\(how)")
    machine.machine.callDeadline = .milliseconds(400)
    plugH100(into: machine)
    let probe = machine.probe()
    #expect(probe.devices.map(\.finding.id) == ["nvidia-h100-sxm5-80gb"])
    #expect(probe.devices[0].share.mode == .unknown)
    let name = function == "nvmlInit_v2" ? "init" : "deviceCount"
    #expect(system(probe).absence(name) == reason(how))
  }

  @Test(arguments: ["hang", "crash"])
  func losesOnlyTheCallThatEndedTheHelper(how: String) throws {
    let machine = try PlayedMachine(
      nvml: "\(Cards.h100) \(Cards.h100) nvmlDeviceGetComputeMode=\(how)")
    machine.machine.callDeadline = .milliseconds(400)
    let devices = machine.probe().devices
    #expect(devices.count == 2)
    for device in devices {
      let nvml = device.readings[2].readings
      #expect(nvml.absence("computeMode") == reason(how))
      #expect(nvml.number("migMode") == 0)
      #expect(device.finding.id == "nvidia-h100-sxm5-80gb")
    }
  }

  @Test func givesUpAfterThreeHelpers() throws {
    let machine = try PlayedMachine(
      nvml: """
        \(Cards.h100) nvmlDeviceGetVbiosVersion=crash nvmlDeviceGetUUID=crash \
        nvmlDeviceGetArchitecture=crash nvmlDeviceGetMigMode=crash
        """)
    let device = machine.probe().devices[0]
    let nvml = device.readings[2].readings
    #expect(nvml.absence("architecture") == reason("crash"))
    #expect(nvml.number("migMode") == nil)
    #expect(nvml.absence("helper") != nil)
    #expect(device.share.mode == .unknown)
  }

  @Test func aHangingLibcudaCostsItsOwnReadingsOnly() throws {
    let machine = try PlayedMachine(nvml: Cards.h100, cuda: "hang")
    machine.machine.callDeadline = .milliseconds(400)
    let device = machine.probe().devices[0]
    #expect(device.finding.id == "nvidia-h100-sxm5-80gb")
    #expect(device.readings[3].readings.absence("init") == reason("hang"))
  }

  @Test func aLostCardIsUnknownAmongItsSiblings() throws {
    let eight = Array(repeating: Cards.h100, count: 8).joined(separator: " ")
    let devices = try PlayedMachine(nvml: "\(eight) lost=5").probe().devices
    #expect(devices.count == 8)
    #expect(devices.enumerated().filter { $1.finding.id == "unknown" }.map(\.offset) == [5])
    #expect(devices[5].readings[2].readings.absence("handle") == "GPU_IS_LOST")
    // Cards that read the same are one class as observed.
    #expect(devices[0].record == devices[7].record)
    #expect(devices[0].uuid != devices[7].uuid)
  }

  @Test func anOldDriverLacksFunctionsAndNothingElse() throws {
    let device = try PlayedMachine(nvml: Cards.a100, old: true).probe().devices[0]
    let nvml = device.readings[2].readings
    #expect(device.finding.id == "nvidia-a100-sxm4-40gb")
    #expect(nvml.number("memoryTotalBytes") == 40960 << 20)
    #expect(nvml.absence("mpsProcesses") == "FUNCTION_NOT_FOUND")
    #expect(device.share.mode == .unknown)
  }

  @Test func nonsenseIsNoText() throws {
    let device = try PlayedMachine(nvml: "\(Cards.h100) nvmlDeviceGetName=garbage").probe()
      .devices[0]
    #expect(device.readings[2].readings.absence("name") == "not a line of ASCII")
    #expect(device.finding.id == "nvidia-h100-sxm5-80gb")
  }

  @Test func aLibraryBesideTheKernelsIsAConflict() throws {
    let machine = try PlayedMachine(nvml: "\(Cards.h100) driver=555.42.02")
    plugH100(into: machine)
    let conflicts = machine.probe().devices[0].finding.conflicts
    #expect(conflicts.map(\.what) == ["driver"])
    #expect(conflicts.first?.sides.map(\.value) == ["570.124.06", "555.42.02"])
  }

  @Test func aHelperThatCannotStartIsAReason() throws {
    let machine = try PlayedMachine(nvml: Cards.h100)
    machine.machine.helper = ["/nowhere/stemma-hook"]
    let probe = machine.probe()
    #expect(probe.devices.map(\.finding.id) == ["cpu-x86-64"])
    #expect(system(probe).absence("helper")?.hasPrefix("cannot start") == true)
  }

  @Test func aHelperKeepsNothingOfTheJobsOpen() throws {
    let leaked = dup(2)
    defer { close(leaked) }
    let probe = try PlayedMachine(nvml: "\(Cards.h100) driver=fds").probe()
    // Its journal alone.
    #expect(probe.devices[0].driver == "1")
  }

  private func system(_ probe: Probe) -> Readings { probe.machineReadings[0].readings }

  private func reason(_ how: String) -> String {
    how == "hang" ? "no answer within 0.4 seconds" : "helper killed by signal 11"
  }

  private func plugH100(into machine: PlayedMachine, hasNode: Bool = true) {
    machine.plug(
      "0000:01:00.0", device: "10de:2330", subsystem: "10de:16c0", model: "NVIDIA H100 80GB HBM3",
      minor: 0, hasNode: hasNode)
  }
}
