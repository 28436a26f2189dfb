import Glibc

@testable import Worker

/// A scratch folder of its own for each test.
final class TestFolder {
  let place: String
  let scratch: ScratchFolder

  init() throws {
    var template = Array("/tmp/stemma-worker-test-XXXXXX".utf8CString)
    place = unsafe String(cString: mkdtemp(&template))
    scratch = try ScratchFolder(in: place)
  }

  deinit { try? FileTree.remove(place) }

  func job(_ name: String = "job") throws -> JobFolder { try JobFolder(name, in: scratch) }
}

func write(_ text: String, to path: String) {
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  precondition(descriptor >= 0)
  let bytes = Array(text.utf8)
  let count = unsafe write(descriptor, bytes, bytes.count)
  precondition(count == bytes.count)
  close(descriptor)
}

func contents(of path: String) -> String? {
  let descriptor = unsafe open(path, O_RDONLY)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: 1 << 16)
  let count = unsafe read(descriptor, &bytes, bytes.count)
  return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
}

/// The guard that the tests run, which lies beside the tests' bundle.
let guardCommand: [String] = {
  let arguments = CommandLine.arguments
  let option = arguments.firstIndex(of: "--test-bundle-path")
  let bundle = option.map { arguments[$0 + 1] } ?? arguments[0]
  let folder = bundle.split(separator: "/").dropLast().joined(separator: "/")
  return ["\(bundle.hasPrefix("/") ? "/" : "")\(folder)/worker-guard"]
}()
