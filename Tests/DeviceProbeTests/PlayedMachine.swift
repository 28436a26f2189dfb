import Canonical
import Glibc
import Records

@testable import DeviceProbe

/// A machine of files in a folder of its own, whose driver libraries are fakes.
final class PlayedMachine {
  let root: String
  var machine: Machine

  /// - Parameters:
  ///   - nvml: what the fake NVML plays (see `fake_nvml.c`); nil: no such library.
  ///   - isHost: whether /proc says that this is the node's own pid namespace.
  init(nvml: String? = nil, cuda: String? = nil, isHost: Bool = true, old: Bool = false) throws {
    var template = Array("/tmp/stemma-probe-test-XXXXXX".utf8CString)
    root = unsafe String(cString: mkdtemp(&template))
    let fakes = try Fakes.built.get()
    var environment: [String: String] = [:]
    environment["FAKE_NVML"] = nvml
    environment["FAKE_CUDA"] = cuda
    machine = Machine(helper: Fakes.helper, environment: environment)
    machine.sysfs = "\(root)/sys"
    machine.procfs = "\(root)/proc"
    machine.dev = "\(root)/dev"
    machine.etc = "\(root)/etc"
    let newest = old ? fakes.oldNVML : fakes.nvml
    machine.nvmlLibrary = nvml == nil ? "\(root)/libnvidia-ml.so.1" : newest
    machine.cudaLibrary = cuda == nil ? "\(root)/libcuda.so.1" : fakes.cuda
    write(
      "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: A Xeon\nmicrocode\t: 0x2b\nflags\t\t: fpu\n",
      to: "proc/cpuinfo")
    makeFolder("proc/self/ns")
    _ = unsafe symlink(
      isHost ? "pid:[4026531836]" : "pid:[4026532198]", "\(root)/proc/self/ns/pid")
  }

  deinit { Fakes.run(["rm", "-rf", root]) }

  func probe() -> Probe { Probe(machine) }

  func write(_ text: String, to path: String) {
    makeFolder(path.split(separator: "/").dropLast().joined(separator: "/"))
    Fakes.write(text, to: "\(root)/\(path)")
  }

  func makeFolder(_ path: String) { Fakes.run(["mkdir", "-p", "\(root)/\(path)"]) }

  /// A card on the bus, with its driver's module and its device node.
  func plug(
    _ address: String, device: String, subsystem: String, model: String, minor: Int,
    hasNode: Bool = true
  ) {
    let folder = "sys/bus/pci/devices/\(address)"
    let ids = (device.split(separator: ":"), subsystem.split(separator: ":"))
    for (name, value) in [
      ("vendor", ids.0[0]), ("device", ids.0[1]), ("subsystem_vendor", ids.1[0]),
      ("subsystem_device", ids.1[1]), ("class", "030200"),
    ] {
      write("0x\(value)\n", to: "\(folder)/\(name)")
    }
    write(
      "Model: \t\t \(model)\nIRQ:   \t\t 47\nGPU UUID: \t GPU-of-\(minor)\nDevice Minor: \t \(minor)\n",
      to: "proc/driver/nvidia/gpus/\(address)/information")
    write(
      "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.124.06  Wed Feb 26 01:57:31 UTC 2025\n",
      to: "proc/driver/nvidia/version")
    if hasNode { write("", to: "dev/nvidia\(minor)") }
  }
}

/// Cards as the fakes play them.
enum Cards {
  static let h100 = "card=NVIDIA_H100_80GB_HBM3;233010DE;16C010DE;9.0;81559;5120"
  static let h100PCIe = "card=NVIDIA_H100_PCIe;233110DE;162610DE;9.0;81559;5120"
  static let a100 = "card=NVIDIA_A100-SXM4-40GB;20B010DE;134F10DE;8.0;40960;5120"
  static let h20 = "card=NVIDIA_H20;232910DE;198B10DE;9.0;97871;0"
  static let gh200 = "card=NVIDIA_GH200_480GB;234210DE;180910DE;9.0;97871;6144"
  static let cudaH100 = "NVIDIA_H100_80GB_HBM3;9.0;132;5120;52428800;81079;1"
}
