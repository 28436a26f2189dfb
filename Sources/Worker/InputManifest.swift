internal import Canonical
internal import FileDigests
package import StemmaCrypto

/// The files of a folder that is an input (`FolderManifest.canonicalBytes` wrote it).
package struct InputManifest: Sendable {
  package struct File: Sendable {
    /// Relative, without `.`, `..` and empty parts.
    package let path: String
    package let digest: Digest
  }

  /// Those of a manifest that is fetched into memory.
  package static let maximumSize = JSONLimits.standard.maxBytes

  package let files: [File]

  /// - Throws: `.input` for what is no manifest, or one whose paths lead out of the folder.
  package init(parsing bytes: [UInt8]) throws(WorkerError) {
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: bytes)
    } catch {
      throw WorkerError(.input, "a manifest is no JSON: \(error)")
    }
    var files: [File] = []
    for node in document.root["files"]?.elements.map(\.self) ?? [] {
      guard let path = node["path"]?.text, InnerPath(path) != nil, !path.utf8.contains(0),
        let digest = node["digest"]?.utf8.flatMap({ Digest(parsing: $0) })
      else { throw WorkerError(.input, "a manifest with a file that has no path or no digest") }
      files.append(File(path: path, digest: digest))
    }
    guard !files.isEmpty else { throw WorkerError(.input, "a manifest of no files") }
    self.files = files
  }
}

extension JobFolder {
  /// Makes the folders above a file of a manifest, and says where the file lies.
  package func place(of file: InputManifest.File, inInput number: Int) throws(WorkerError) -> String
  {
    var path = path(ofInput: number)
    for part in [""] + file.path.split(separator: "/").dropLast().map(String.init) {
      if !part.isEmpty { path += "/" + part }
      if FileTree.mode(of: path) == nil { try FileTree.make(path) }
    }
    return path + "/" + String(file.path.split(separator: "/").last ?? "")
  }
}
