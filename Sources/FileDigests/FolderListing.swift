internal import Glibc

/// The entries of one folder, in the order of the bytes of their names.
struct FolderListing {
  /// What the folder looked like before it was read.
  let stamp: FileStamp
  private(set) var entries: [(name: [UInt8], stamp: FileStamp)] = []

  /// - Parameter shown: the path for error messages.
  init(_ path: String, followingLinks: Bool, shownAs shown: String) throws(FileDigestError) {
    let flags = O_RDONLY | O_CLOEXEC | O_DIRECTORY | (followingLinks ? 0 : O_NOFOLLOW)
    let descriptor = unsafe open(path, flags)
    guard descriptor >= 0 else { throw systemError(path: shown, opening: !followingLinks) }
    // From here on the stream owns the descriptor.
    guard let stream = unsafe fdopendir(descriptor) else {
      let error = systemError(path: shown)
      close(descriptor)
      throw error
    }
    defer { unsafe closedir(stream) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw systemError(path: shown) }
    stamp = FileStamp(status)

    // A null entry means the end or, if errno was set, a failure.
    errno = 0
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { text in
          unsafe UnsafeRawBufferPointer(start: text, count: strlen(text)).map(\.self)
        }
      }
      if name != Array(".".utf8), name != Array("..".utf8) {
        guard unsafe fstatat(descriptor, name + [0], &status, AT_SYMLINK_NOFOLLOW) == 0 else {
          let entry = shown + "/" + printable(name)
          guard errno != ENOENT else {
            throw FileDigestError(
              code: .changed, path: entry, message: "removed while the folder was being read")
          }
          throw systemError(path: entry)
        }
        entries.append((name, FileStamp(status)))
      }
      errno = 0
    }
    guard errno == 0 else { throw systemError(path: shown) }
    entries.sort { $0.name.lexicographicallyPrecedes($1.name) }
  }
}
