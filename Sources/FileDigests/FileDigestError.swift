/// Why a file or folder has no digest. Equal when the code is equal.
package struct FileDigestError: Error, Sendable {
  /// What went wrong, for programs.
  package struct Code: Hashable, Sendable {
    package let name: String

    /// The operating system would not open, list or read it.
    package static let unreadable = Code(name: "unreadable")

    /// Neither a regular file nor, where one may be, a folder: a socket, a pipe, a device.
    package static let notRegular = Code(name: "not_regular")

    /// A symbolic link inside a folder. What it leads to may lie outside and change unseen.
    package static let symlink = Code(name: "symlink")

    /// A name that is not UTF-8 or holds a control character, or a path with NUL, `.` or `..`.
    package static let badName = Code(name: "bad_name")

    /// It was altered between the first and the last look at it; trying again may succeed.
    package static let changed = Code(name: "changed")

    /// A folder without any file to list (OMS 1.0 §6.1 refuses it too).
    package static let empty = Code(name: "empty")

    /// Not a safetensors file, or one whose header contradicts itself or the file.
    package static let malformed = Code(name: "malformed")
  }

  package let code: Code

  /// The file or folder, fit to be printed: bytes that are not text are escaped as `\xNN`.
  package let path: String

  /// What went wrong, for people; without the path.
  package let message: String

  package init(code: Code, path: String, message: String) {
    self.code = code
    self.path = path
    self.message = message
  }
}

extension FileDigestError: Equatable {
  package static func == (left: FileDigestError, right: FileDigestError) -> Bool {
    left.code == right.code
  }
}

extension FileDigestError: CustomStringConvertible {
  package var description: String { "\(path): \(message)" }
}
