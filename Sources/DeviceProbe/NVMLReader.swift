internal import CNVML
internal import Glibc

/// Asks NVML for all it knows about the devices that this process may see.
///
/// Runs in a helper process only: a call may hang in the driver, where nothing can cancel it, or crash. Subjects are "" for the
/// machine, "3" for the device at index 3, and "3.2" for the MIG device at index 2 of that.
struct NVMLReader {
  let library: DynamicLibrary
  let journal: Journal

  /// Enough for every text that NVML gives.
  static let textCapacity: UInt32 = 96

  static func run(library name: String, journal: Journal) {
    // It would show the world as an MPS server sees it, in which most calls answer NOT_SUPPORTED.
    unsafe unsetenv("NVML_MPS_DEVICE_ENUMERATION")
    var library: DynamicLibrary?
    journal.ask("", "library", "dlopen") {
      library = DynamicLibrary(name)
      guard let library else { return Self.outcome(ofText: DynamicLibrary.refusal, isValue: false) }
      return Self.outcome(ofText: library.file(of: "nvmlInit_v2") ?? name, isValue: true)
    }
    if let library { NVMLReader(library: library, journal: journal).readAll() }
    journal.end()
    // No nvmlShutdown: the process ends, and that call can hang like any other.
  }

  private func readAll() {
    let start = journal.ask("", "init", "nvmlInit_v2") {
      call("nvmlInit_v2", stemma_nvml_plain.self) { $0() } ?? .number(1)
    }
    guard case .number = start else { return }
    readSystem()
    let count = journal.ask("", "deviceCount", "nvmlDeviceGetCount_v2") {
      unsafe number("nvmlDeviceGetCount_v2", stemma_nvml_system_number.self) { unsafe $0($1) }
    }
    guard case .number(let count) = count else { return }
    for index in 0..<UInt32(clamping: min(count, 1024)) { readDevice(index) }
  }

  private func readSystem() {
    for (name, function) in [
      ("driver", "nvmlSystemGetDriverVersion"), ("nvmlVersion", "nvmlSystemGetNVMLVersion"),
    ] {
      journal.ask("", name, function) {
        unsafe text { buffer in
          unsafe self.code(function, stemma_nvml_system_text.self) {
            unsafe $0(buffer, Self.textCapacity)
          }
        }
      }
    }
    journal.ask("", "cudaDriverVersion", "nvmlSystemGetCudaDriverVersion_v2") {
      var version: Int32 = 0
      return unsafe call("nvmlSystemGetCudaDriverVersion_v2", stemma_nvml_system_int.self) {
        unsafe $0(&version)
      } ?? .text("\(version / 1000).\(version % 1000 / 10)")
    }
  }

  private func readDevice(_ index: UInt32) {
    var device: stemma_nvml_device?
    let function = "nvmlDeviceGetHandleByIndex_v2"
    let handle = journal.ask("\(index)", "handle", function) {
      unsafe call(function, stemma_nvml_handle.self) { unsafe $0(index, &device) } ?? .number(1)
    }
    guard case .number = handle, let device = unsafe device else { return }
    unsafe readIdentity("\(index)", device)
    unsafe readBoard("\(index)", device)
    unsafe readProcesses("\(index)", device)
    unsafe readShares("\(index)", device)
  }
}
