internal import CNVML

extension NVMLReader {
  /// Which card: where it is plugged in, its ids, its name.
  func readIdentity(_ subject: String, _ device: stemma_nvml_device) {
    var pci = stemma_nvml_pci()
    let function = "nvmlDeviceGetPciInfo_v3"
    let bus = journal.ask(subject, "pciBusId", function) {
      unsafe call(function, stemma_nvml_get_pci.self) { unsafe $0(device, &pci) }
        ?? .text(PCIAddress(domain: pci.domain, bus: pci.bus, device: pci.device).description)
    }
    var ids = (device: bus, subsystem: bus)
    if case .text = bus {
      ids.device = .text(PCIIdentity.text(packed: pci.pci_device_id))
      ids.subsystem =
        pci.pci_subsystem_id == 0
        ? .absent("zero") : .text(PCIIdentity.text(packed: pci.pci_subsystem_id))
    }
    journal.say(subject, Reading("pciDeviceId", from: function, ids.device))
    journal.say(subject, Reading("pciSubsystemId", from: function, ids.subsystem))
    for (name, function) in [
      ("name", "nvmlDeviceGetName"), ("uuid", "nvmlDeviceGetUUID"),
      ("vbios", "nvmlDeviceGetVbiosVersion"),
    ] {
      journal.ask(subject, name, function) { unsafe text(function, device) }
    }
  }

  /// What the card has, and how it is set.
  func readBoard(_ subject: String, _ device: stemma_nvml_device) {
    journal.ask(subject, "computeCapability", "nvmlDeviceGetCudaComputeCapability") {
      var major: Int32 = 0
      var minor: Int32 = 0
      return unsafe call("nvmlDeviceGetCudaComputeCapability", stemma_nvml_signed_pair.self) {
        unsafe $0(device, &major, &minor)
      } ?? .text("\(major).\(minor)")
    }
    unsafe readMemory(subject, device)
    for (name, function) in [
      ("memoryBusBits", "nvmlDeviceGetMemoryBusWidth"),
      ("architecture", "nvmlDeviceGetArchitecture"), ("cudaCores", "nvmlDeviceGetNumGpuCores"),
      ("minor", "nvmlDeviceGetMinorNumber"), ("computeMode", "nvmlDeviceGetComputeMode"),
      ("virtualizationMode", "nvmlDeviceGetVirtualizationMode"),
    ] {
      journal.ask(subject, name, function) { unsafe number(function, device) }
    }
  }

  /// Total memory: of the card, or of a MIG device's share.
  func readMemory(_ subject: String, _ device: stemma_nvml_device) {
    let second = journal.ask(subject, "memoryTotalBytes", "nvmlDeviceGetMemoryInfo_v2") {
      var memory = stemma_nvml_memory2()
      memory.version = UInt32(STEMMA_NVML_MEMORY2_VERSION)
      return unsafe call("nvmlDeviceGetMemoryInfo_v2", stemma_nvml_get_memory2.self) {
        unsafe $0(device, &memory)
      } ?? Self.number(memory.total)
    }
    // Drivers before 11.6 have the first one only; refusals are final.
    guard second == NVMLResult.noFunction else { return }
    journal.ask(subject, "memoryTotalBytes", "nvmlDeviceGetMemoryInfo") {
      var memory = stemma_nvml_memory()
      return unsafe call("nvmlDeviceGetMemoryInfo", stemma_nvml_get_memory.self) {
        unsafe $0(device, &memory)
      } ?? Self.number(memory.total)
    }
  }

  /// How many processes compute on it, and how many of them by MPS. Their ids are the host's and say nothing here.
  func readProcesses(_ subject: String, _ device: stemma_nvml_device) {
    for (name, function) in [
      ("computeProcesses", "nvmlDeviceGetComputeRunningProcesses_v3"),
      ("mpsProcesses", "nvmlDeviceGetMPSComputeRunningProcesses_v3"),
    ] {
      journal.ask(subject, name, function) { unsafe processes(function, device) }
    }
  }

  private func processes(_ name: String, _ device: stemma_nvml_device) -> Reading.Outcome {
    guard let function = unsafe library.function(name, as: stemma_nvml_processes.self) else {
      return NVMLResult.noFunction
    }
    var count: UInt32 = 0
    var code = unsafe function(device, &count, nil)
    // The list may grow between the calls; twice is enough to ask.
    for _ in 0..<2 where code == STEMMA_NVML_INSUFFICIENT_SIZE {
      count = min(count, 4096) + 16
      var bytes = [UInt8](
        repeating: ProcessList.poison, count: Int(count) * ProcessList.longRow)
      code = unsafe function(device, &count, &bytes)
      if code == 0 {
        return ProcessList.pids(bytes, count: Int(count)).map { .number(Int64($0.count)) }
          ?? .absent("rows of unknown layout")
      }
    }
    return code == 0 ? .number(0) : NVMLResult.absence(code)
  }
}
