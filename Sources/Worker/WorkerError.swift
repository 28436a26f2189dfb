internal import Glibc

/// Why a worker cannot do what it was asked. Equal when the code is equal.
package struct WorkerError: Error, Sendable {
  /// What went wrong, for programs.
  package struct Code: Hashable, Sendable {
    package let name: String

    /// The configuration cannot be read, or says what it may not.
    package static let configuration = Code(name: "configuration")
    /// The worker's own folder or a file in it cannot be made, written or removed.
    package static let folder = Code(name: "folder")
    /// What was fetched is not what the record names.
    package static let input = Code(name: "input")
    /// The executor cannot be started.
    package static let start = Code(name: "start")
    /// What the executor left is no output.
    package static let output = Code(name: "output")
    /// The server gave a job that no worker can read.
    package static let job = Code(name: "job")
  }

  package let code: Code
  /// For people: which file or member, and what is wrong with it.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// With what `errno` says now.
  static func system(_ code: Code, _ what: String) -> WorkerError {
    WorkerError(code, "\(what): \(systemReason(errno))")
  }
}

extension WorkerError: Equatable {
  package static func == (left: WorkerError, right: WorkerError) -> Bool {
    left.code == right.code
  }
}

extension WorkerError: CustomStringConvertible {
  package var description: String { message }
}

func systemReason(_ number: Int32) -> String {
  unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
}
