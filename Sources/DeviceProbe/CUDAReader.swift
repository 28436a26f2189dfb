internal import CNVML

/// Asks libcuda, the second library that knows the card; makes no context.
///
/// Runs in a helper process of its own, as NVML does. Subjects are "" and CUDA's own indices, which are another order than
/// NVML's: readings are joined by PCI address.
struct CUDAReader {
  private let library: DynamicLibrary
  private let journal: Journal

  static func run(library name: String, journal: Journal) {
    var library: DynamicLibrary?
    journal.ask("", "library", "dlopen") {
      library = DynamicLibrary(name)
      guard let library else {
        return NVMLReader.outcome(ofText: DynamicLibrary.refusal, isValue: false)
      }
      return NVMLReader.outcome(ofText: library.file(of: "cuInit") ?? name, isValue: true)
    }
    if let library { CUDAReader(library: library, journal: journal).readAll() }
    journal.end()
  }

  private func readAll() {
    let start = journal.ask("", "init", "cuInit") {
      call("cuInit", stemma_cuda_init.self) { $0(0) } ?? .number(1)
    }
    guard case .number = start else { return }
    let count = journal.ask("", "deviceCount", "cuDeviceGetCount") {
      var count: Int32 = 0
      return unsafe call("cuDeviceGetCount", stemma_cuda_int.self) { unsafe $0(&count) }
        ?? .number(Int64(count))
    }
    guard case .number(let count) = count else { return }
    for index in 0..<Int32(clamping: min(count, 1024)) { readDevice(index) }
  }

  private func readDevice(_ index: Int32) {
    let subject = "\(index)"
    var device: Int32 = 0
    let handle = journal.ask(subject, "handle", "cuDeviceGet") {
      unsafe call("cuDeviceGet", stemma_cuda_device.self) { unsafe $0(&device, index) }
        ?? .number(1)
    }
    guard case .number = handle else { return }
    journal.ask(subject, "name", "cuDeviceGetName") {
      var bytes = [CChar](repeating: 0, count: 256)
      let failure = unsafe call("cuDeviceGetName", stemma_cuda_text.self) {
        unsafe $0(&bytes, 256, device)
      }
      return failure ?? NVMLReader.outcome(ofText: NVMLReader.string(bytes), isValue: true)
    }
    journal.ask(subject, "memoryTotalBytes", "cuDeviceTotalMem_v2") {
      var total = 0
      return unsafe call("cuDeviceTotalMem_v2", stemma_cuda_size.self) { unsafe $0(&total, device) }
        ?? NVMLReader.number(UInt64(UInt(bitPattern: total)))
    }
    readAttributes(subject, device)
  }

  private func readAttributes(_ subject: String, _ device: Int32) {
    journal.ask(subject, "pciBusId", Self.attributeFunction) {
      triple(
        STEMMA_CUDA_PCI_DOMAIN, STEMMA_CUDA_PCI_BUS, STEMMA_CUDA_PCI_DEVICE, of: device
      ) { PCIAddress(domain: $0, bus: $1, device: $2).description }
    }
    journal.ask(subject, "computeCapability", Self.attributeFunction) {
      triple(
        STEMMA_CUDA_CAPABILITY_MAJOR, STEMMA_CUDA_CAPABILITY_MINOR,
        STEMMA_CUDA_CAPABILITY_MINOR, of: device
      ) { major, minor, _ in "\(major).\(minor)" }
    }
    for (name, attribute) in [
      ("smCount", STEMMA_CUDA_MULTIPROCESSORS), ("memoryBusBits", STEMMA_CUDA_BUS_WIDTH),
      ("l2Bytes", STEMMA_CUDA_L2_BYTES),
    ] {
      journal.ask(subject, name, Self.attributeFunction) { self.attribute(attribute, of: device) }
    }
  }

  private static let attributeFunction = "cuDeviceGetAttribute"

  private func triple(
    _ a: Int, _ b: Int, _ c: Int, of device: Int32, _ text: (UInt32, UInt32, UInt32) -> String
  ) -> Reading.Outcome {
    var values: [UInt32] = []
    for attribute in [a, b, c] {
      let outcome = self.attribute(attribute, of: device, zeroIsValue: true)
      guard case .number(let value) = outcome else { return outcome }
      values.append(UInt32(truncatingIfNeeded: value))
    }
    return .text(text(values[0], values[1], values[2]))
  }

  private func attribute(
    _ attribute: Int, of device: Int32, zeroIsValue: Bool = false
  ) -> Reading.Outcome {
    var value: Int32 = 0
    let failure = unsafe call(Self.attributeFunction, stemma_cuda_attribute.self) {
      unsafe $0(&value, Int32(attribute), device)
    }
    if let failure { return failure }
    guard value > 0 || (zeroIsValue && value == 0) else { return .absent("\(value)") }
    return .number(Int64(value))
  }

  private func call<Function>(
    _ name: String, _ type: Function.Type, _ body: (Function) -> Int32
  ) -> Reading.Outcome? {
    guard let function = library.function(name, as: type) else { return NVMLResult.noFunction }
    let code = body(function)
    return code == 0 ? nil : .absent("CUDA error \(code)")
  }
}
