import Canonical
package import StemmaCrypto

// Folders are compared file by file where somebody has their manifests: a record holds only the manifest's digest.
extension LineageDiff {
  /// A manifest that is longer is not looked into: its folders are told to differ as a whole.
  package static let longestManifest: Int64 = 4 << 20
  /// Differences whose manifests are looked into.
  private static let mostFolders = 8

  /// Manifests whose bytes would name the files that differ.
  package var wantedManifests: [Digest] {
    differences.lazy.compactMap(\.manifests).prefix(Self.mostFolders).flatMap(\.self)
  }

  mutating func naming(files manifests: [Digest: [UInt8]], limit: Int) {
    differences = differences.flatMap { difference -> [Difference] in
      guard let wanted = difference.manifests,
        let a = manifests[wanted[0]].flatMap({ ManifestFiles($0, named: wanted[0]) }),
        let b = manifests[wanted[1]].flatMap({ ManifestFiles($0, named: wanted[1]) })
      else { return [difference] }
      let files = a.differences(from: b).prefix(limit).map { path, a, b in
        var named = difference
        named.file = path
        return named.saying(a, b)
      }
      return files.isEmpty ? [difference] : files
    }
  }
}

extension LineageDiff.Difference {
  /// Digests of the two manifests, where this is about folders.
  fileprivate var manifests: [Digest]? {
    guard pointer == "/manifest", file == nil, let a = Self.manifest(a), let b = Self.manifest(b)
    else { return nil }
    return [a, b]
  }

  private static func manifest(_ side: LineageDiff.Side?) -> Digest? {
    guard let value = side?.value, let size = value["size"]?.integer,
      size <= LineageDiff.longestManifest
    else { return nil }
    return value["digest"]?.text.flatMap { Digest(parsing: $0) }
  }

  fileprivate func saying(_ valueA: JSONNode?, _ valueB: JSONNode?) -> Self {
    var made = Self(
      nature: nature, path: path, pointer: pointer,
      a: a.map { .init(record: $0.record, kind: $0.kind, value: valueA) },
      b: b.map { .init(record: $0.record, kind: $0.kind, value: valueB) })
    (made.file, made.isSameTensors, made.reaches) = (file, isSameTensors, reaches)
    return made
  }
}

/// The files that a folder's manifest lists (FORMAT.md section 6).
private struct ManifestFiles {
  private let files: [(path: JSONNode, file: JSONNode)]

  /// Nil where the bytes are not those of `digest`, or no manifest.
  init?(_ bytes: [UInt8], named digest: Digest) {
    guard SHA256.digest(of: bytes) == digest, let root = try? JSONDocument(parsing: bytes).root,
      let files = root["files"], files.type == .array
    else { return nil }
    var listed: [(JSONNode, JSONNode)] = []
    for file in files.elements {
      guard let path = file["path"] else { return nil }
      listed.append((path, file))
    }
    self.files = listed
  }

  /// Files that are not the same in both, in the order of this list; then those that only `other` has.
  func differences(
    from other: ManifestFiles
  ) -> [(path: String, a: JSONNode?, b: JSONNode?)] {
    let others = Dictionary(
      other.files.map { (Array($0.path.bytes), $0.file) }, uniquingKeysWith: { first, _ in first })
    var found: [(String, JSONNode?, JSONNode?)] = []
    var known: Set<[UInt8]> = []
    for (path, file) in files {
      known.insert(Array(path.bytes))
      let match = others[Array(path.bytes)]
      if match?["digest"]?.utf8 != file["digest"]?.utf8 {
        found.append((path.text ?? "", file, match))
      }
    }
    for (path, file) in other.files where !known.contains(Array(path.bytes)) {
      found.append((path.text ?? "", nil, file))
    }
    return found
  }
}
