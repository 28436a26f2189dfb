import Canonical
import Records
import Testing

@testable import DeviceProbe

/// What a store is given: valid `device` records, and nothing private in them.
struct RecordTests {
  @Test(arguments: [
    Cards.h100, "\(Cards.a100) mig=1:3g.20gb:42:1:0:19968", "\(Cards.h100) mps=7",
    "\(Cards.h100) nvmlDeviceGetName=garbage", "\(Cards.h100) lost=0", "init=9",
    "card=NVIDIA_H100_80GB_HBM3;27B810DE;16CA10DE;8.9;23034;192",
    "\(Cards.h100) mig=1:weird:42:1:0:19968",
  ])
  func isValid(scenario: String) throws {
    let probe = try PlayedMachine(nvml: scenario, cuda: Cards.cudaH100).probe()
    for device in probe.devices + [probe.processor] {
      let node = try JSONDocument(parsing: device.record.canonicalBytes()).root
      _ = try RecordDraft(checking: node)
      // And the whole output is strict JSON.
      _ = try JSONDocument(parsing: probe.json.canonicalBytes())
    }
  }

  @Test func aMIGDeviceSaysItsShare() throws {
    let record = try PlayedMachine(nvml: "\(Cards.a100) mig=1:3g.20gb:42:1:0:19968").probe()
      .devices[0].record
    let node = try JSONDocument(parsing: record.canonicalBytes()).root
    #expect(node["class"]?.text == "nvidia-a100-sxm4-40gb")
    #expect(node["driver"]?.text == "570.124.06")
    #expect(
      node["share"].map { JSONValue($0) } == ["mode": "mig", "profile": "3g.20gb", "smCount": 42])
    let memory = try #require(node["readings"]?["nvml"]?["memoryTotalBytes"])
    #expect(
      JSONValue(memory)
        == ["value": .integer(19968 << 20), "from": "nvmlDeviceGetMemoryInfo_v2"])
  }

  @Test func namesNoSingleCardAndNoMoment() throws {
    let machine = try PlayedMachine(nvml: "\(Cards.h100) compute=4711")
    machine.plug(
      "0000:01:00.0", device: "10de:2330", subsystem: "10de:16c0", model: "NVIDIA H100 80GB HBM3",
      minor: 0)
    let device = machine.probe().devices[0]
    let text = String(decoding: device.record.canonicalBytes(), as: UTF8.self)
    for private_ in ["GPU-", "01:00.0", "computeProcesses", "96.00.89"] {
      #expect(!text.contains(private_))
    }
    // It stands beside the record.
    #expect(device.uuid == "GPU-00000000-0000-0000-0000-000000000000")
    let beside = String(decoding: device.json.canonicalBytes(), as: UTF8.self)
    #expect(beside.contains("computeProcesses"))
  }

  @Test func takesNothingFromTheEnvironmentThatIsNotAllowed() throws {
    let machine = try PlayedMachine(nvml: Cards.h100)
    machine.machine.environment["AWS_SECRET_ACCESS_KEY"] = "hunter2"
    machine.machine.environment["NVIDIA_VISIBLE_DEVICES"] = "void"
    let probe = machine.probe()
    let text = String(decoding: probe.json.canonicalBytes(), as: UTF8.self)
    #expect(!(text + probe.text).contains("hunter2"))
    #expect(text.contains("void"))
  }

  @Test func theLastValueOfAReadingThatWasMadeTwiceStands() throws {
    // The old driver has no nvmlDeviceGetMemoryInfo_v2 and is asked by the older name.
    let device = try PlayedMachine(nvml: Cards.a100, old: true).probe().devices[0]
    let node = try JSONDocument(parsing: device.record.canonicalBytes()).root
    #expect(
      node["readings"]?["nvml"]?["memoryTotalBytes"]?["from"]?.text == "nvmlDeviceGetMemoryInfo")
  }
}
