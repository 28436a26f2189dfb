internal import CNVML

extension NVMLReader {
  /// Whether the card is cut by MIG, and the parts of it that can be seen from here.
  func readShares(_ subject: String, _ device: stemma_nvml_device) {
    let mode = journal.ask(subject, "migMode", "nvmlDeviceGetMigMode") {
      var current: UInt32 = 0
      var pending: UInt32 = 0
      return unsafe call("nvmlDeviceGetMigMode", stemma_nvml_pair.self) {
        unsafe $0(device, &current, &pending)
      } ?? Self.number(current)
    }
    guard case .number(1) = mode else { return }
    let most = journal.ask(subject, "migDeviceLimit", "nvmlDeviceGetMaxMigDeviceCount") {
      unsafe number("nvmlDeviceGetMaxMigDeviceCount", device)
    }
    guard case .number(let most) = most else { return }
    for index in 0..<UInt32(clamping: min(most, 64)) {
      unsafe readShare(subject, index, of: device)
    }
  }

  private func readShare(_ parent: String, _ index: UInt32, of device: stemma_nvml_device) {
    let subject = "\(parent).\(index)"
    let function = "nvmlDeviceGetMigDeviceHandleByIndex"
    var share: stemma_nvml_device?
    // Indices have holes: NOT_FOUND here says nothing about the next one.
    let handle = journal.ask(subject, "handle", function) {
      unsafe call(function, stemma_nvml_child.self) { unsafe $0(device, index, &share) }
        ?? .number(1)
    }
    guard case .number = handle, let share = unsafe share else { return }
    for (name, function) in [("name", "nvmlDeviceGetName"), ("uuid", "nvmlDeviceGetUUID")] {
      journal.ask(subject, name, function) { unsafe text(function, share) }
    }
    for (name, function) in [
      ("gpuInstance", "nvmlDeviceGetGpuInstanceId"),
      ("computeInstance", "nvmlDeviceGetComputeInstanceId"),
    ] {
      journal.ask(subject, name, function) { unsafe number(function, share) }
    }
    unsafe readAttributes(subject, share)
    unsafe readMemory(subject, share)
  }

  private func readAttributes(_ subject: String, _ share: stemma_nvml_device) {
    let function = "nvmlDeviceGetAttributes_v2"
    var attributes = stemma_nvml_attributes()
    let failure = journal.ask(subject, "smCount", function) {
      unsafe call(function, stemma_nvml_get_attributes.self) { unsafe $0(share, &attributes) }
        ?? Self.number(attributes.multiprocessors)
    }
    for (name, value) in [
      ("gpuSlices", attributes.gi_slices), ("computeSlices", attributes.ci_slices),
    ] {
      if case .absent = failure {
        journal.say(subject, Reading(name, from: function, failure))
      } else {
        journal.say(subject, Reading(name, from: function, Self.number(value)))
      }
    }
  }
}
