/// Why a block was not decompressed. Equal when the code is equal.
package struct FrameError: Error, Sendable {
  /// What went wrong, for programs.
  package struct Code: Hashable, Sendable {
    package let name: String

    /// The stated size is above the caller's limit (or no size at all); nothing was allocated.
    package static let tooLarge = Code(name: "too_large")

    /// The block does not decode to exactly the stated size.
    package static let malformed = Code(name: "malformed")
  }

  package let code: Code

  /// What went wrong, for people.
  package let message: String

  package init(code: Code, message: String) {
    self.code = code
    self.message = message
  }
}

extension FrameError: Equatable {
  package static func == (left: FrameError, right: FrameError) -> Bool { left.code == right.code }
}

extension FrameError: CustomStringConvertible {
  package var description: String { "\(code.name): \(message)" }
}
