import Glibc

@testable import DeviceProbe

/// The fake libraries, built once with the system's C compiler, and where the program under test is.
struct Fakes {
  let nvml: String
  let oldNVML: String
  let cuda: String

  static let built: Result<Fakes, FakeError> = build()

  /// `stemma-hook` lies beside the tests' bundle.
  static let hook: String = {
    let arguments = CommandLine.arguments
    let option = arguments.firstIndex(of: "--test-bundle-path")
    let bundle = option.map { arguments[$0 + 1] } ?? arguments[0]
    let folder = bundle.split(separator: "/").dropLast().joined(separator: "/")
    return "\(bundle.hasPrefix("/") ? "/" : "")\(folder)/stemma-hook"
  }()

  static let helper = [hook, "read-library"]

  struct FakeError: Error { let message: String }

  private static func build() -> Result<Fakes, FakeError> {
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    var template = Array("/tmp/stemma-fake-nvml-XXXXXX".utf8CString)
    let folder = unsafe String(cString: mkdtemp(&template))
    let fakes = Fakes(
      nvml: "\(folder)/libnvidia-ml.so.1", oldNVML: "\(folder)/libnvidia-ml-old.so.1",
      cuda: "\(folder)/libcuda.so.1")
    // Swift's own, where there is no other.
    let compiler = run(["cc", "--version"], output: "/dev/null") == 0 ? "cc" : "clang"
    let options = [
      compiler, "-shared", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror",
      "-I/\(tests)/../Sources/CNVML",
    ]
    for (library, source, more) in [
      (fakes.nvml, "fake_nvml.c", []), (fakes.oldNVML, "fake_nvml.c", ["-DOLD"]),
      (fakes.cuda, "fake_cuda.c", []),
    ] {
      let status = run(options + more + ["-o", library, "/\(tests)/FakeNVML/\(source)"])
      guard status == 0 else {
        return .failure(FakeError(message: "\(compiler) \(source): \(status)"))
      }
    }
    return .success(fakes)
  }

  /// Runs a program to its end and gives its wait status.
  @discardableResult
  static func run(_ arguments: [String], output: String? = nil) -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    if let output {
      unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
    }
    var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe argv.indices { unsafe free(argv[index]) } }
    var pid: pid_t = 0
    let result = unsafe posix_spawnp(&pid, arguments[0], &actions, nil, &argv, environ)
    guard result == 0 else { return result }
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status
  }

  static func write(_ text: String, to path: String) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(descriptor >= 0)
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    precondition(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
  }

  static func contents(of path: String) -> String {
    guard case .success(let text) = SmallFile.read(path) else { return "" }
    return text
  }
}
