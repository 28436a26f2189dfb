package import StemmaCrypto

/// The list of a folder's files that OpenSSF model signing (OMS 1.0) signs, and its root digest.
///
/// The root digest is SHA-256 over the raw digests of the files in path order (§6.5.1), so it equals
/// the subject of a model signature and can be checked against one. The paths are ordered by their
/// UTF-8 bytes, which is Unicode code point order, as §5.2.1 demands. (PyPI `model-signing` 1.1.1
/// orders by path component instead; the two differ only where a file `a.b` or `a-b` lies beside a
/// folder `a`.) Folders without files, modes, owners and times are not part of it.
package struct FolderManifest: Hashable, Sendable {
  package struct File: Hashable, Sendable {
    /// Relative to the folder, UTF-8, parted by `/`. Bytes, since two Unicode spellings of one text are
    /// two files.
    package let path: [UInt8]
    /// Number of bytes.
    package let size: Int64
    package let digest: Digest
  }

  /// What a descriptor of the canonical bytes calls them.
  package static let mediaType = "application/vnd.stemma.manifest.v1+json"

  /// At least one, in path order, each path once.
  package let files: [File]

  /// SHA-256 over the concatenated raw digests of the files.
  package let root: Digest

  /// Hashes all regular files of a folder, the largest first, on up to `threads` threads.
  ///
  /// Left out are `.git`, `.gitignore`, `.gitattributes` and `.github` at the top, whatever they are
  /// (§6.2), and the signature.
  ///
  /// - Parameters:
  ///   - folder: its path; a symbolic link to a folder is followed, none inside it is.
  ///   - signature: where in the folder a signature of it lies or will lie, relative to it.
  ///   - threads: does not change the result.
  /// - Throws: `.symlink`, `.badName`, `.notRegular` for the first such entry found; `.empty`;
  ///   `.changed` when a file or the list of files was altered meanwhile, so that a manifest is always
  ///   of one moment; `.unreadable`.
  package init(
    ofFolder folder: String, signature: InnerPath? = nil, threads: Int = processorCount()
  ) throws(FileDigestError) {
    var skipped = Self.neverListed
    if let signature { skipped.insert(signature.bytes) }
    let walk = try FolderWalk(root: folder, skipping: skipped)
    let largestFirst = walk.files.sorted {
      $0.stamp.size != $1.stamp.size
        ? $0.stamp.size > $1.stamp.size : $0.path.lexicographicallyPrecedes($1.path)
    }
    let hashed = try inParallel(largestFirst, threads: threads) {
      (file, buffer) throws(FileDigestError) in
      let found = try OpenFile(walk.location(of: file.path), followingLinks: false)
        .digestOfAll(through: buffer)
      return File(path: file.path, size: found.size, digest: found.digest)
    }
    try walk.checkUnchanged()
    guard !hashed.isEmpty else {
      throw FileDigestError(
        code: .empty, path: printable(folder.utf8), message: "the folder holds no file to list")
    }
    files = hashed.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    var hasher = SHA256Hasher()
    for file in files { hasher.update(file.digest.bytes.span) }
    root = hasher.finalize()
  }

  private static let neverListed: Set<[UInt8]> = [
    Array(".git".utf8), Array(".gitattributes".utf8), Array(".github".utf8),
    Array(".gitignore".utf8),
  ]
}
