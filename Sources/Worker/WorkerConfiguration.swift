package import Canonical
internal import FileDigests
internal import Glibc
internal import Records

/// What a worker may run, and as what it shows itself.
///
/// A worker runs what its own configuration has under an executor's name, never a command out of a record. The file is
/// strict JSON:
///
///     {"class": "cpu", "share": {"mode": "whole"},
///      "scratch": "/var/tmp",
///      "executors": {"score": {
///        "command": ["/usr/bin/python3", "score.py"], "folder": "working/files",
///        "environment": {"OMP_NUM_THREADS": "1"}, "inherit": ["PATH"],
///        "timeLimitSeconds": 600, "outputLimitBytes": 1073741824, "graceSeconds": 10}}}
///
/// Only `executors` and `command` are needed. `folder` is relative to the file's own folder. Members that are not known
/// are refused.
package struct WorkerConfiguration: Sendable {
  /// The class of the device that executors run on, where they do not say themselves.
  package var deviceClass: String?
  /// Which part of that device, as a device record has it; nil: nobody said.
  package var share: JSONValue?
  /// Where the jobs' folders are made; nil: where the system keeps temporary files.
  package var scratch: String?
  /// By name.
  package var executors: [String: Executor] = [:]

  /// Reads a file of at most 1 MiB.
  ///
  /// - Throws: `.configuration`, with the file, the member and what is wrong.
  package init(contentsOf path: String) throws(WorkerError) {
    let bytes: [UInt8]
    do throws(FileDigestError) {
      let file = try OpenFile(path, followingLinks: true)
      let size = try file.stamp().size
      guard size <= 1 << 20 else { throw file.changed() }
      bytes = try file.bytes(at: 0, count: Int(size))
    } catch {
      throw WorkerError(
        .configuration,
        error.code == .changed ? "\(path): over 1 MiB, or written to" : "\(error)")
    }
    try self.init(parsing: bytes, path: path)
  }

  init(parsing bytes: [UInt8], path: String) throws(WorkerError) {
    let document: JSONDocument
    do throws(JSONError) { document = try JSONDocument(parsing: bytes) } catch {
      throw WorkerError(.configuration, "\(path): \(error)")
    }
    try self.init(Settings(document.root, path: path, member: ""), beside: path)
  }

  private init(_ settings: Settings, beside path: String) throws(WorkerError) {
    try settings.allow(["class", "share", "scratch", "executors"])
    deviceClass = try settings.identifier("class")
    share = try settings.object("share").map { share throws(WorkerError) in
      try share.allow(["mode", "profile", "smCount"])
      let modes = ["whole", "mig", "mps", "time_sliced", "unknown"]
      guard let mode = try share.text("mode"), modes.contains(mode) else {
        throw share.refuse("mode", "one of \(modes.joined(separator: ", ")) is needed")
      }
      return JSONValue(share.node)
    }
    scratch = try settings.text("scratch")
    if let scratch, !scratch.utf8.starts(with: "/".utf8) {
      throw settings.refuse("scratch", "an absolute path is needed")
    }
    guard let named = try settings.object("executors"), named.node.count > 0 else {
      throw settings.refuse("executors", "at least one is needed")
    }
    for (key, _) in named.node.members {
      let name = key.text ?? ""
      guard isIdentifier(name.utf8), let one = try named.object(name) else {
        throw named.refuse(printable(name.utf8), "no identifier ([a-z0-9][a-z0-9._-]{0,62})")
      }
      executors[name] = try Executor(one, beside: path)
    }
  }
}

extension Executor {
  fileprivate init(_ settings: Settings, beside path: String) throws(WorkerError) {
    try settings.allow([
      "command", "folder", "environment", "inherit", "timeLimitSeconds", "outputLimitBytes",
      "graceSeconds",
    ])
    guard let command = try settings.texts("command"), let program = command.first else {
      throw settings.refuse("command", "a program and its arguments are needed")
    }
    guard program.utf8.starts(with: "/".utf8) else {
      throw settings.refuse("command", "the program's absolute path is needed, not \(program)")
    }
    self.init(command: command)
    folder = try settings.text("folder").map { Self.absolute($0, beside: path) }
    if let environment = try settings.object("environment") {
      for (key, _) in environment.node.members {
        let name = key.text ?? ""
        guard Self.isVariable(name), let value = try environment.text(name) else {
          throw environment.refuse(printable(name.utf8), "no name of a variable")
        }
        self.environment[name] = value
      }
    }
    inherit = try settings.texts("inherit") ?? []
    if let wrong = inherit.first(where: { !Self.isVariable($0) }) {
      throw settings.refuse("inherit", "'\(wrong)' is no name of a variable")
    }
    timeLimitSeconds = Int(
      try settings.integer("timeLimitSeconds", 1...31_536_000) ?? Int64(timeLimitSeconds))
    outputLimitBytes = try settings.integer("outputLimitBytes", 1...1 << 50) ?? outputLimitBytes
    graceSeconds = Int(try settings.integer("graceSeconds", 0...3600) ?? Int64(graceSeconds))
  }

  private static func isVariable(_ name: String) -> Bool {
    !name.isEmpty && !name.utf8.contains { $0 <= 0x20 || $0 == UInt8(ascii: "=") || $0 >= 0x7F }
  }

  private static func absolute(_ folder: String, beside file: String) -> String {
    if folder.utf8.starts(with: "/".utf8) { return folder }
    let parent =
      file.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(file[...$0]) } ?? "./"
    return absolutePath(parent + folder)
  }
}

/// `path` from the root on: an executor runs in another folder than the worker.
func absolutePath(_ path: String) -> String {
  guard !path.utf8.starts(with: "/".utf8), let here = unsafe getcwd(nil, 0) else { return path }
  defer { unsafe free(here) }
  return unsafe String(cString: here) + "/" + path
}

extension WorkerConfiguration {
  /// Better said before work is taken than by each item as its own failure.
  ///
  /// - Throws: `.configuration`, with the executor whose program this user cannot run.
  package func checkPrograms() throws(WorkerError) {
    for (name, executor) in executors.sorted(by: { $0.key < $1.key }) {
      guard unsafe access(executor.command[0], X_OK) == 0 else {
        throw WorkerError(
          .configuration,
          "executor \(name): \(executor.command[0]): \(systemReason(errno))")
      }
    }
  }
}
