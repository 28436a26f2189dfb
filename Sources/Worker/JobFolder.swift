internal import Glibc

/// The folder of one job: `in` holds its inputs, read-only, `out` takes what the executor makes, `tmp` what it needs
/// meanwhile. Private, and removed when the job is over.
package final class JobFolder: Sendable {
  package let path: String

  package var inputs: String { path + "/in" }
  package var output: String { path + "/out" }
  package var temporary: String { path + "/tmp" }
  /// Where the worker itself puts what it compares; the executor is over by then.
  package var judging: String { path + "/judging" }

  /// - Parameter name: a name that no other job of this process has.
  package init(_ name: String, in scratch: ScratchFolder) throws(WorkerError) {
    path = scratch.path + "/" + name
    for folder in [path, inputs, output, temporary, judging] { try FileTree.make(folder) }
  }

  /// Where the input with that number lies.
  package func path(ofInput number: Int) -> String { "\(inputs)/\(number)" }

  /// Nothing more is put into `in`: its folders are read-only from here on, as its files are already.
  package func closeInputs() {
    var waiting = [inputs]
    while let folder = waiting.popLast() {
      for name in FileTree.names(in: folder) {
        let inner = folder + "/" + name
        if let mode = FileTree.mode(of: inner), mode & S_IFMT == S_IFDIR { waiting.append(inner) }
      }
      _ = unsafe chmod(folder, 0o500)
    }
  }

  /// Removes it.
  package func remove() throws(WorkerError) { try FileTree.remove(path) }
}
