import Testing

@testable import DeviceProbe

/// Which card it is, by ids first, the exact name second, and what contradicts them.
struct ClassTests {
  @Test(arguments: [
    (Cards.h100, "nvidia-h100-sxm5-80gb"), (Cards.h100PCIe, "nvidia-h100-pcie"),
    (Cards.a100, "nvidia-a100-sxm4-40gb"), (Cards.h20, "nvidia-h20"),
    (Cards.gh200, "nvidia-gh200-96gb"),
  ])
  func recognisesACard(card: String, id: String) throws {
    let devices = try PlayedMachine(nvml: card).probe().devices
    #expect(devices.map(\.finding.id) == [id])
    #expect(devices[0].finding.conflicts == [])
    #expect(devices[0].driver == "570.124.06")
    #expect(devices[0].pciBusId == "0000:01:00.0")
  }

  @Test func keepsWhatEveryReaderSaysAboutAnH100() throws {
    let machine = try PlayedMachine(nvml: Cards.h100, cuda: Cards.cudaH100)
    machine.plug(
      "0000:01:00.0", device: "10de:2330", subsystem: "10de:16c0", model: "NVIDIA H100 80GB HBM3",
      minor: 0)
    let device = try #require(machine.probe().devices.first)
    #expect(device.finding.by == "PCI device and subsystem")
    #expect(device.finding.conflicts == [])
    #expect(device.share.smCount == 132)
    let readers = Dictionary(uniqueKeysWithValues: device.readings)
    #expect(readers["sysfs"]?.text("pciDeviceId") == "10de:2330")
    #expect(readers["procfs"]?.text("name") == "NVIDIA H100 80GB HBM3")
    #expect(readers["nvml"]?.number("memoryTotalBytes") == 81559 << 20)
    #expect(readers["cuda"]?.number("l2Bytes") == 50 << 20)
    #expect(readers["nvml"]?.absence("cudaCores") == "NOT_SUPPORTED")
  }

  @Test func flagsACardThatLies() throws {
    let card = "card=NVIDIA_H100_80GB_HBM3;27B810DE;16CA10DE;8.9;23034;192"
    let finding = try PlayedMachine(nvml: card).probe().devices[0].finding
    #expect(finding.id == "nvidia-l4")
    #expect(finding.conflicts.map(\.what) == ["name"])
    #expect(finding.conflicts.first?.sides.map(\.value) == ["nvidia-l4", "NVIDIA H100 80GB HBM3"])
  }

  @Test func flagsALibraryThatTheBusContradicts() throws {
    let machine = try PlayedMachine(nvml: Cards.h100)
    machine.plug(
      "0000:01:00.0", device: "10de:27b8", subsystem: "10de:16ca", model: "NVIDIA L4", minor: 0)
    let finding = machine.probe().devices[0].finding
    #expect(finding.id == "nvidia-l4")
    let whats = Set(finding.conflicts.map(\.what))
    #expect(whats.isSuperset(of: ["pciDeviceId", "name", "computeCapability", "memoryTotalBytes"]))
  }

  @Test func takesMemoryUnderALimiterForNoOtherCard() throws {
    let card = "card=Tesla_V100-SXM2-16GB;1DB110DE;121210DE;7.0;3000;0"
    let finding = try PlayedMachine(nvml: card).probe().devices[0].finding
    #expect(finding.id == "nvidia-v100-sxm2-16gb")
    #expect(finding.by == "name")
    #expect(finding.conflicts.map(\.what) == ["memoryTotalBytes"])
  }

  @Test func believesNoNameThatTheSiliconContradicts() throws {
    // No PCI id of the table, an H100's name, an Ada's compute capability.
    let card = "card=NVIDIA_H100_80GB_HBM3;FFFF10DE;FFFF10DE;8.9;81559;5120"
    let finding = try PlayedMachine(nvml: card).probe().devices[0].finding
    #expect(finding.id == "unknown")
    #expect(finding.conflicts.map(\.what) == ["computeCapability"])
  }

  @Test(arguments: ["NVIDIA_T400", "NVIDIA_L40S_Pro", "NVIDIA_H100_80GB_HBM4", "A10"])
  func takesNoNeighbour(name: String) throws {
    let finding = try PlayedMachine(nvml: "card=\(name);FFFF10DE;0;8.6;4096;0").probe()
      .devices[0].finding
    #expect(finding.id == (name == "A10" ? "nvidia-a10" : "unknown"))
  }

  @Test func tellsProductsOfOneDeviceIdApart() throws {
    // A16 and A2 share 0x25B6.
    for (subsystem, name, id) in [
      ("14A910DE", "NVIDIA_A16", "nvidia-a16"), ("157E10DE", "NVIDIA_A2", "nvidia-a2"),
      ("FFFF10DE", "NVIDIA_A2", "nvidia-a2"), ("FFFF10DE", "NVIDIA_A3", "unknown"),
    ] {
      let card = "card=\(name);25B610DE;\(subsystem);8.6;15356;0"
      #expect(try PlayedMachine(nvml: card).probe().devices[0].finding.id == id)
    }
  }

  @Test func everyRowOfTheTableIsRecognisedByItsOwnIdsAndNames() {
    let rule = ClassRule(table: .embedded)
    for row in ClassTable.embedded.rows where row.vendor == "nvidia" {
      for name in row.names {
        var card = CardReadings()
        card.nvml.append(.text("name", from: "", name))
        #expect(rule.decide(card, isShare: false).id == row.id)
        for suffix in [" X", "0"] {
          var other = CardReadings()
          other.nvml.append(.text("name", from: "", name + suffix))
          #expect(rule.decide(other, isShare: false).id != row.id)
        }
      }
      for pci in row.pci {
        var card = CardReadings()
        card.sysfs.append(.text("pciDeviceId", from: "", pci.device))
        card.sysfs.append(.text("pciSubsystemId", from: "", pci.subsystem ?? "10de:0001"))
        #expect(rule.decide(card, isShare: false).id == row.id)
      }
    }
  }
}
