internal import DeviceProbe

/// Parses the command's name, and runs it. Exit status: 0 done, 2 usage.
@main
enum Main {
  static let usage = """
    usage: stemma-hook probe [--json] [--node-labels FILE] [--sysfs DIR] [--procfs DIR] [--dev DIR]
                             [--etc DIR] [--nvml LIBRARY] [--cuda LIBRARY] [--call-deadline-ms N]

    """

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch arguments.first {
    case "probe": Console.exit(ProbeCommand.run(Array(arguments.dropFirst())))
    case ProbeCommand.helperCommand: Console.exit(HelperProgram.run(Array(arguments.dropFirst())))
    case "--help", "-h":
      Console.print(usage)
      Console.exit(0)
    default:
      Console.complain(usage)
      Console.exit(2)
    }
  }
}
