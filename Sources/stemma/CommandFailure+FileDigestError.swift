import FileDigests

extension CommandFailure {
  /// A path that cannot be read was given wrongly, as elsewhere; all else is a finding about the files.
  init(_ error: FileDigestError) {
    self = error.code == .unreadable ? .usage("\(error)") : .found("\(error)")
  }
}
