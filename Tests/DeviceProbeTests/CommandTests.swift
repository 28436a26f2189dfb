import Canonical
import Glibc
import Testing

@testable import DeviceProbe

/// `stemma-hook probe` as people and programs run it.
struct CommandTests {
  @Test func printsJSONWithRecords() throws {
    let machine = try PlayedMachine(nvml: Cards.h100)
    let (status, output) = run(["probe", "--json"] + options(machine), machine)
    #expect(status == 0)
    let root = try JSONDocument(parsing: Array(output.utf8).dropLast()).root
    let device = try #require(root["devices"]?.elements.first { _ in true })
    #expect(device["record"]?["class"]?.text == "nvidia-h100-sxm5-80gb")
    #expect(device["uuid"]?.text?.hasPrefix("GPU-") == true)
    #expect(root["processor"]?["record"]?["class"]?.text == "cpu-x86-64")
  }

  @Test func printsTextWithReasonsAndConflicts() throws {
    let machine = try PlayedMachine(
      nvml: "card=NVIDIA_H100_80GB_HBM3;27B810DE;16CA10DE;8.9;23034;192")
    let (status, output) = run(["probe"] + options(machine), machine)
    #expect(status == 0)
    #expect(output.contains("class: nvidia-l4  [PCI device and subsystem]"))
    #expect(output.contains("CONFLICT name: class says nvidia-l4, nvml says NVIDIA H100 80GB HBM3"))
    #expect(output.contains("nvml.cudaCores: - (NOT_SUPPORTED)  [nvmlDeviceGetNumGpuCores]"))
    // What the library prints does not reach our output.
    #expect(!output.contains("NVML prints"))
  }

  @Test func takesTheNodesLabels() throws {
    let machine = try PlayedMachine(nvml: Cards.h100, isHost: false)
    machine.write("nvidia.com/gpu.sharing-strategy=\"time-slicing\"\n", to: "labels")
    let labels = ["--node-labels", "\(machine.root)/labels"]
    let output = run(["probe"] + options(machine) + labels, machine).output
    #expect(output.contains("share: time_sliced  [the node's labels say time-slicing]"))
  }

  @Test(arguments: ["hang", "crash"])
  func answersInTimeWhateverTheLibraryDoes(how: String) throws {
    let machine = try PlayedMachine(nvml: "\(Cards.h100) nvmlInit_v2=\(how)")
    let start = ContinuousClock.now
    let (status, output) = run(
      ["probe", "--call-deadline-ms", "300"] + options(machine), machine)
    #expect(status == 0)
    #expect(output.contains("class: cpu-x86-64"))
    // A hung helper costs its deadline once; generous, for a machine under load.
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test(arguments: [
    [], ["prob"], ["probe", "--jsn"], ["probe", "--nvml"], ["probe", "--call-deadline-ms", "0"],
    ["probe", "--node-labels", "/nowhere"], ["read-library"], ["read-library", "gpu", "x"],
  ])
  func refusesWhatItDoesNotKnow(arguments: [String]) throws {
    #expect(run(arguments, try PlayedMachine()).status == 2)
  }

  private func options(_ machine: PlayedMachine) -> [String] {
    let machine = machine.machine
    return [
      "--sysfs", machine.sysfs, "--procfs", machine.procfs, "--dev", machine.dev,
      "--etc", machine.etc, "--nvml", machine.nvmlLibrary, "--cuda", machine.cudaLibrary,
    ]
  }

  /// Exit status (-1: a signal) and standard output.
  private func run(
    _ arguments: [String], _ machine: PlayedMachine
  ) -> (status: Int32, output: String) {
    var words = [Fakes.hook] + arguments
    if let nvml = machine.machine.environment["FAKE_NVML"] {
      words = ["env", "FAKE_NVML=\(nvml)"] + words
    }
    let file = "\(machine.root)/output"
    let status = Fakes.run(words, output: file)
    return (status & 0x7F == 0 ? status >> 8 : -1, Fakes.contents(of: file))
  }
}
