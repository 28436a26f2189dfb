internal import Glibc

/// What lies in a folder and its subfolders, found without following any symbolic link.
struct FolderWalk {
  struct File: Sendable {
    /// Relative to the folder, UTF-8, parted by `/`.
    let path: [UInt8]
    let stamp: FileStamp
  }

  /// In no particular order.
  private(set) var files: [File] = []

  private let root: String
  private let skipped: Set<[UInt8]>
  private var folders: [(path: [UInt8], stamp: FileStamp)] = []

  /// Walks through `root`.
  ///
  /// - Parameter skipped: paths relative to `root` that are left out, with all that is below them.
  init(root: String, skipping skipped: Set<[UInt8]>) throws(FileDigestError) {
    self.root = root
    self.skipped = skipped
    guard !root.utf8.contains(0) else {
      throw FileDigestError(code: .badName, path: shown([]), message: "the path holds a NUL")
    }
    var waiting: [[UInt8]] = [[]]
    while let folder = waiting.popLast() {
      // The last is taken first, so in reverse: then the first bad entry by name is the one reported.
      waiting += try take(folder).reversed()
    }
  }

  /// Where a file of the walk is opened.
  func location(of path: [UInt8]) -> String {
    path.isEmpty ? root : root + "/" + String(decoding: path, as: UTF8.self)
  }

  /// Refuses the walk if any file or folder of it has come, gone or been altered since.
  ///
  /// The files are looked at again too: each may be whole by itself, and yet the first have been read
  /// before a change and the others after it.
  func checkUnchanged() throws(FileDigestError) {
    for file in files { try checkUnchanged(file.path, file.stamp) }
    for folder in folders { try checkUnchanged(folder.path, folder.stamp) }
  }

  private func checkUnchanged(_ path: [UInt8], _ stamp: FileStamp) throws(FileDigestError) {
    var status = stat()
    let flags = path.isEmpty ? 0 : AT_SYMLINK_NOFOLLOW
    guard unsafe fstatat(AT_FDCWD, location(of: path), &status, flags) == 0,
      FileStamp(status) == stamp
    else {
      throw FileDigestError(
        code: .changed, path: shown(path), message: "changed while the folder was being read")
    }
  }

  /// Lists one folder, keeps its files, and gives its subfolders in the order of their names.
  private mutating func take(_ folder: [UInt8]) throws(FileDigestError) -> [[UInt8]] {
    let listing = try FolderListing(
      location(of: folder), followingLinks: folder.isEmpty, shownAs: shown(folder))
    folders.append((folder, listing.stamp))
    var subfolders: [[UInt8]] = []
    for entry in listing.entries {
      let path = folder.isEmpty ? entry.name : folder + [UInt8(ascii: "/")] + entry.name
      if skipped.contains(path) { continue }
      if let objection = objection(toName: entry.name) {
        throw FileDigestError(code: .badName, path: shown(path), message: objection)
      }
      if entry.stamp.isSymbolicLink { throw linkRefused(path: shown(path)) }
      if entry.stamp.isFolder {
        subfolders.append(path)
      } else if entry.stamp.isRegularFile {
        files.append(File(path: path, stamp: entry.stamp))
      } else {
        throw FileDigestError(
          code: .notRegular, path: shown(path), message: "neither a regular file nor a folder")
      }
    }
    return subfolders
  }

  private func shown(_ path: [UInt8]) -> String {
    printable(path.isEmpty ? Array(root.utf8) : Array(root.utf8) + [UInt8(ascii: "/")] + path)
  }
}
