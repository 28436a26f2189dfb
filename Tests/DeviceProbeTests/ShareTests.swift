import Testing

@testable import DeviceProbe

/// How much of a card it is, and what is never claimed.
struct ShareTests {
  @Test func isWholeOnTheHostWithNobodyElse() throws {
    for card in [Cards.a100, Cards.h100] {
      let share = try PlayedMachine(nvml: card).probe().devices[0].share
      #expect(share.mode == .whole)
    }
  }

  @Test func aContainerNeverClaimsAWholeCard() throws {
    let machine = try PlayedMachine(nvml: Cards.h100, isHost: false)
    #expect(machine.probe().devices[0].share.mode == .unknown)
  }

  @Test(arguments: [
    (["nvidia.com/gpu.sharing-strategy": "none"], Share.Mode.whole),
    (["nvidia.com/gpu.sharing-strategy": "time-slicing"], .timeSliced),
    (["cloud.google.com/gke-gpu-sharing-strategy": "time-sharing"], .timeSliced),
    (["nvidia.com/gpu.sharing-strategy": "mps"], .unknown),
    (["nvidia.com/gpu.sharing-strategy": "new"], .unknown), ([:], .unknown),
  ])
  func believesTheNode(labels: [String: String], mode: Share.Mode) throws {
    let machine = try PlayedMachine(nvml: Cards.h100, isHost: false)
    machine.machine.nodeLabels = labels
    #expect(machine.probe().devices[0].share.mode == mode)
  }

  @Test func foreignProcessesMakeAHostsCardNobodysWhole() throws {
    let probe = try PlayedMachine(nvml: "\(Cards.h100) compute=4711,4712").probe()
    #expect(probe.devices[0].share.mode == .unknown)
    #expect(probe.devices[0].readings[2].readings.number("computeProcesses") == 2)
  }

  @Test func findsAMIGDeviceBehindHoles() throws {
    let probe = try PlayedMachine(
      nvml: "\(Cards.h100) mig=2:1g.10gb:16:9:0:9728", isHost: false
    ).probe()
    let device = try #require(probe.devices.first)
    #expect(probe.devices.count == 1)
    #expect(device.finding.id == "nvidia-h100-sxm5-80gb")
    #expect(device.finding.conflicts == [])
    #expect(device.share.mode == .mig)
    #expect(device.share.profile == "1g.10gb")
    #expect(device.share.smCount == 16)
    #expect(device.uuid?.hasPrefix("MIG-") == true)
    let nvml = device.readings[2].readings
    #expect(nvml.number("memoryTotalBytes") == 9728 << 20)
    #expect(nvml.number("gpuSlices") == 1)
  }

  @Test func listsEveryMIGDeviceOfACard() throws {
    let scenario = "\(Cards.a100) mig=0:3g.20gb:42:1:0:19968 mig=1:1g.5gb:14:7:0:4864"
    let devices = try PlayedMachine(nvml: scenario).probe().devices
    #expect(devices.map(\.share.profile) == ["3g.20gb", "1g.5gb"])
    #expect(devices.map(\.share.smCount) == [42, 14])
    #expect(devices[0].record != devices[1].record)
  }

  @Test func migWithoutADeviceIsNoShare() throws {
    let devices = try PlayedMachine(nvml: "\(Cards.h100) mig").probe().devices
    #expect(devices.map(\.share.mode) == [.unknown])
    #expect(devices.map(\.finding.id) == ["nvidia-h100-sxm5-80gb"])
    // Closed to an unprivileged process under MIG; absent, not 0.
    let nvml = devices[0].readings[2].readings
    #expect(nvml.absence("memoryTotalBytes") == "NO_PERMISSION")
    #expect(nvml.absence("computeProcesses") == "NO_PERMISSION")
    #expect(nvml.number("computeProcesses") == nil)
  }

  @Test func mpsIsAskedOfNVML() throws {
    let machine = try PlayedMachine(nvml: "\(Cards.h100) mode=3 mps=812", isHost: false)
    machine.machine.environment["CUDA_MPS_PIPE_DIRECTORY"] = "/mps/nvidia.com/gpu/pipe"
    #expect(machine.probe().devices[0].share.mode == .mps)
  }

  @Test(arguments: [true, false])
  func mpsIsNotBelievedOfTheEnvironment(isHost: Bool) throws {
    let machine = try PlayedMachine(nvml: Cards.h100, isHost: isHost)
    machine.machine.environment["CUDA_MPS_PIPE_DIRECTORY"] = "/tmp/nvidia-mps"
    machine.machine.nodeLabels = ["nvidia.com/gpu.sharing-strategy": "none"]
    #expect(machine.probe().devices[0].share.mode == .unknown)
  }

  /// Under dynamic resource allocation the list names nothing: what is here is asked of NVML.
  @Test(arguments: ["void", "", "none", "GPU-other", "7"])
  func noDeviceIsTakenFromOrMissedByTheList(value: String) throws {
    let machine = try PlayedMachine(nvml: Cards.h100)
    machine.machine.environment["NVIDIA_VISIBLE_DEVICES"] = value
    #expect(machine.probe().devices.map(\.finding.id) == ["nvidia-h100-sxm5-80gb"])
  }

  @Test func aGuestOfAVGPUDoesNotKnow() throws {
    #expect(
      try PlayedMachine(nvml: "\(Cards.h100) virtual=2").probe().devices[0].share.mode == .unknown)
  }

  @Test func aLimiterIsSeen() throws {
    let preloaded = try PlayedMachine(nvml: Cards.h100)
    preloaded.write("/usr/local/vgpu/libvgpu.so\n", to: "etc/ld.so.preload")
    #expect(preloaded.probe().devices[0].share.mode == .unknown)
    let limited = try PlayedMachine(nvml: Cards.h100)
    limited.machine.environment["CUDA_DEVICE_MEMORY_LIMIT_0"] = "3000m"
    #expect(limited.probe().devices[0].share.mode == .unknown)
  }

  @Test func readsProfilesOfEveryKind() {
    for profile in [
      "1g.5gb", "1g.5gb+me", "1c.3g.20gb", "2g.48gb+gfx", "1g.24gb-me", "4g.96gb+me.all",
    ] {
      #expect(DeviceName.split("NVIDIA X MIG \(profile)").profile == profile)
      #expect(DeviceName.split("NVIDIA X MIG \(profile)").card == "NVIDIA X")
    }
    for text in ["1g", "g.5gb", "1g.gb", "1g.5gb+no", "1x.1g.5gb", "1g.5gb.1g", ""] {
      #expect(DeviceName.split("NVIDIA X MIG \(text)").profile == nil)
    }
  }

  @Test func readsLabelsAsTheDownwardAPIWritesThem() {
    let labels = NodeLabels.parse("a.b/c=\"none\"\nbare=value\n\nx=\"\"\n=\n\"\n")
    #expect(labels == ["a.b/c": "none", "x": ""])
  }
}
