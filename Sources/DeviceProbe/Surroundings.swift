/// What a process can find out about who shares its machine.
package struct Surroundings: Equatable, Sendable {
  package enum NodeSharing: Equatable, Sendable { case exclusive, mps, timeSlicing }

  /// Whether this is the node's own pid namespace.
  package let isHost: Bool
  package let mpsVariable: String?
  /// What stands between programs and the driver; nil when nothing is known to.
  package let limiter: String?
  package let nodeSharing: NodeSharing?
  package let readings: Readings

  /// The inode of the first pid namespace (PROC_PID_INIT_INO in Linux's proc_ns.h).
  private static let hostNamespace = "pid:[4026531836]"
  /// Names of variables that are kept; nothing else of the environment is.
  static let allowed = [
    "CUDA_MPS_PIPE_DIRECTORY", "NVIDIA_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_SM_LIMIT", "CUDA_DEVICE_MEMORY_LIMIT", "NVIDIA_MIG_MONITOR_DEVICES",
  ]

  init(of machine: Machine) {
    var readings = Readings()
    let namespace = SmallFile.link("\(machine.procfs)/self/ns/pid")
    let from = "/proc/self/ns/pid"
    switch namespace {
    case .success(let text):
      isHost = text.utf8.elementsEqual(Self.hostNamespace.utf8)
      readings.append(.text("pidNamespace", from: from, isHost ? "the node's" : "another"))
    case .failure(let absence):
      isHost = false
      readings.append(Reading("pidNamespace", from: from, .absent(absence.reason)))
    }
    for name in Self.allowed {
      if let value = machine.environment[name] {
        readings.append(.text(name, from: "environment", value))
      }
    }
    mpsVariable = machine.environment["CUDA_MPS_PIPE_DIRECTORY"]
    limiter = Self.limiter(machine, &readings)
    nodeSharing = Self.sharing(machine.nodeLabels, &readings)
    self.readings = readings
  }

  private static func limiter(_ machine: Machine, _ readings: inout Readings) -> String? {
    if case .success(let text) = SmallFile.read("\(machine.etc)/ld.so.preload") {
      let libraries = text.split { $0 == "\n" || $0 == " " || $0 == ":" }
      readings.append(
        .text("preload", from: "/etc/ld.so.preload", libraries.joined(separator: " ")))
      if libraries.contains(where: { $0.hasSuffix("libvgpu.so") }) { return "HAMi's libvgpu.so" }
    }
    let limits = machine.environment.keys.sorted().filter {
      $0 == "CUDA_DEVICE_SM_LIMIT" || $0.hasPrefix("CUDA_DEVICE_MEMORY_LIMIT")
    }
    return limits.first
  }

  /// GPU feature discovery's label and GKE's; nil when neither is there.
  private static func sharing(
    _ labels: [String: String]?, _ readings: inout Readings
  ) -> NodeSharing? {
    guard let labels else { return nil }
    let names = [
      "nvidia.com/gpu.sharing-strategy", "cloud.google.com/gke-gpu-sharing-strategy",
    ]
    guard let name = names.first(where: { labels[$0] != nil }), let value = labels[name] else {
      return nil
    }
    readings.append(.text(name, from: "node labels", value))
    switch value {
    case "none": return .exclusive
    case "mps": return .mps
    case "time-slicing", "time-sharing": return .timeSlicing
    default: return nil
    }
  }
}
