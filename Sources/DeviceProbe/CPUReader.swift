/// The processor: outputs computed on it differ by model and instruction set, as those of GPUs do.
struct CPUReader {
  let machine: Machine

  /// The processor as a device; its id follows from what /proc/cpuinfo says.
  func read() -> ProbedDevice {
    var readings = Readings()
    let text = SmallFile.read("\(machine.procfs)/cpuinfo")
    let from = "/proc/cpuinfo"
    var id = "cpu"
    switch text {
    case .failure(let absence):
      readings.append(Reading("model", from: from, .absent(absence.reason)))
    case .success(let text):
      let fields = Self.fields(text)
      if let flags = fields["flags"] {
        id = x86(fields, flags: Set(flags.split(separator: " ").map(String.init)), &readings)
      } else if fields["CPU implementer"] != nil {
        id = "cpu-arm64"
        arm(fields, &readings)
      } else {
        readings.append(Reading("model", from: from, .absent("no field that is known")))
      }
    }
    let share = share(&readings)
    return ProbedDevice(
      finding: ClassFinding(id: id, by: "instruction set", conflicts: []), share: share,
      driver: nil, readings: [("procfs", readings)], uuid: nil, pciBusId: nil)
  }

  /// The fields of the first processor; the others are alike, or are not told apart here.
  private static func fields(_ text: String) -> [String: String] {
    var fields: [String: String] = [:]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty && !fields.isEmpty { break }
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[SmallFile.trimmed(line[..<colon])] =
        SmallFile.trimmed(line[line.index(after: colon)...])
    }
    return fields
  }

  private func x86(
    _ fields: [String: String], flags: Set<String>, _ readings: inout Readings
  ) -> String {
    for (name, field) in [
      ("vendor", "vendor_id"), ("model", "model name"), ("family", "cpu family"),
      ("modelNumber", "model"), ("stepping", "stepping"), ("microcode", "microcode"),
    ] {
      readings.append(Self.reading(name, fields[field]))
    }
    let level = ISALevel.level(of: flags)
    readings.append(Self.reading("isaLevel", "x86-64-v\(level)"))
    let matrix = ["amx_bf16", "amx_tile", "avx512_bf16", "avx512_fp16", "avx_vnni"]
      .filter { flags.contains($0) }
    if !matrix.isEmpty {
      readings.append(Self.reading("extensions", matrix.joined(separator: " ")))
    }
    return level < 2 ? "cpu-x86-64" : "cpu-x86-64-v\(level)"
  }

  private func arm(_ fields: [String: String], _ readings: inout Readings) {
    for (name, field) in [
      ("implementer", "CPU implementer"), ("part", "CPU part"), ("variant", "CPU variant"),
      ("revision", "CPU revision"), ("extensions", "Features"),
    ] {
      readings.append(Self.reading(name, fields[field]))
    }
  }

  /// Whole when nothing limits this process to a part of the processors.
  private func share(_ readings: inout Readings) -> Share {
    let limit = SmallFile.line(
      "cgroupLimit", "\(machine.sysfs)/fs/cgroup/cpu.max", from: "/sys/fs/cgroup/cpu.max")
    let online = SmallFile.line(
      "online", "\(machine.sysfs)/devices/system/cpu/online",
      from: "/sys/devices/system/cpu/online")
    let allowed = allowed()
    for reading in [limit, online, allowed] { readings.append(reading) }
    guard case .text(let limit) = limit.outcome, case .text(let online) = online.outcome,
      case .text(let allowed) = allowed.outcome
    else { return Share(.unknown, because: "what limits this process cannot be read") }
    guard limit.hasPrefix("max ") else {
      return Share(.unknown, because: "the control group limits it to \(limit) microseconds")
    }
    return online.utf8.elementsEqual(allowed.utf8)
      ? Share(.whole, because: "neither affinity nor the control group limits it")
      : Share(.unknown, because: "this process may run on \(allowed) of \(online)")
  }

  private func allowed() -> Reading {
    let from = "/proc/self/status"
    switch SmallFile.read("\(machine.procfs)/self/status") {
    case .failure(let absence): return Reading("allowed", from: from, .absent(absence.reason))
    case .success(let text):
      let name = "Cpus_allowed_list:"
      let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
      return line.map { .text("allowed", from: from, String($0.dropFirst(name.utf8.count))) }
        ?? Reading("allowed", from: from, .absent("no such field"))
    }
  }

  private static func reading(_ name: String, _ value: String?) -> Reading {
    guard let value else { return Reading(name, from: "/proc/cpuinfo", .absent("no such field")) }
    return .text(name, from: "/proc/cpuinfo", value)
  }
}

/// Micro-architecture levels of the x86-64 psABI, section 3.1.1, by Linux's names of the features.
enum ISALevel {
  private static let levels: [[String]] = [
    ["cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"],
    ["abm", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave"],
    ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"],
  ]

  /// The highest level all of whose features, and those of the levels below, are there.
  static func level(of flags: Set<String>) -> Int {
    1 + levels.prefix { $0.allSatisfy(flags.contains) }.count
  }
}
