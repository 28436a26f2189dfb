internal import Glibc

/// The signer's folder: files that are there whole or not at all, and a lock so that one signer has
/// them at a time.
struct StateFolder: ~Copyable {
  private let folder: OwnedFile
  private let lock: OwnedFile

  /// Opens and locks an existing folder, until this value or the process ends.
  /// - Throws: `.noState` where there is no such folder, `.locked`, `.unavailable`.
  init(_ path: String) throws(SignerError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT {
      throw SignerError(.noState, "there is no folder \(path)")
    }
    let folder = try OwnedFile(descriptor, path: path)
    let lock = try OwnedFile(
      unsafe openat(descriptor, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600), path: "\(path)/lock")
    while flock(lock.descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EWOULDBLOCK { throw SignerError(.locked, "another signer runs on \(path)") }
      guard errno == EINTR else { throw .system("flock", lock.path) }
    }
    self.folder = folder
    self.lock = lock
  }

  /// Unlocks by name: closing would leave the lock to a process that is being started at this moment and
  /// has not yet closed what it inherited.
  deinit { flock(lock.descriptor, LOCK_UN) }

  /// Makes the folder, for its owner alone. It may be there already.
  static func make(_ path: String) throws(SignerError) {
    guard unsafe mkdir(path, 0o700) != 0 else { return try syncParent(of: path) }
    guard errno == EEXIST else { throw .system("mkdir", path) }
  }

  /// The bytes of a file; nil where there is none.
  func read(_ name: String) throws(SignerError) -> [UInt8]? {
    let descriptor = unsafe openat(folder.descriptor, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if descriptor < 0, errno == ENOENT { return nil }
    return try OwnedFile(descriptor, path: path(name)).readAll()
  }

  /// Puts a file in the place of the one of that name. Durable on return, and at no moment is there
  /// neither the old one nor the new one. Gives the new file, open for reading and writing.
  func replace(_ name: String, with bytes: [UInt8], mode: mode_t) throws(SignerError) -> OwnedFile {
    let temporary = name + ".new"
    if unsafe unlinkat(folder.descriptor, temporary, 0) != 0, errno != ENOENT {
      throw .system("unlink", path(temporary))
    }
    let file = try OwnedFile(
      unsafe openat(folder.descriptor, temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode),
      path: path(name))
    try file.write(bytes, at: 0)
    try file.sync()
    guard unsafe renameat(folder.descriptor, temporary, folder.descriptor, name) == 0 else {
      throw .system("rename", path(temporary))
    }
    try folder.sync()
    return file
  }

  private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  private static func syncParent(of path: String) throws(SignerError) {
    let parent = path + "/.."
    try OwnedFile(unsafe open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path: parent).sync()
  }
}
