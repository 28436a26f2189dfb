package import Canonical
internal import FileDigests
internal import Glibc
internal import StemmaCrypto

/// What an executor left in its `out` folder.
///
/// One file, of any name, is the output; or one folder, whose list of files is. Beside it may lie `result.json`, strict
/// JSON of at most 1 MiB, all of it optional:
///
///     {"compute": {"dtypes": ["fp32"]},       the output's member of that name, as `summary` and `key` are
///      "summary": {…}, "key": "claim-17",
///      "evidence": {"file": "gaps.npy", "mediaType": "application/x-npy"},   a file beside it
///      "device": {"class": "a100", "share": {"mode": "whole"}, "driver": "…"},   members of a device record
///      "environment": {…}, "use": {…}}        what `rank.environment` and `ended.use` say
///
/// Anything else in the folder is refused: what would silently be left out may be what somebody needs.
package struct ExecutorResult: Sendable {
  /// A file, or of a folder the list of its files.
  package enum Output: Sendable {
    case file(path: String)
    case folder(path: String, list: [UInt8])
  }

  package let output: Output
  /// Its media type is the view's; of a list, its own.
  package let content: Content
  package private(set) var evidence: (path: String, content: Content)?
  /// Members of `result.json` but `evidence`, by name.
  package let said: [String: JSONValue]

  private static let name = "result.json"
  private static let members: Set<String> = [
    "compute", "summary", "key", "evidence", "device", "environment", "use",
  ]

  /// Reads and hashes what is in `folder`, which nobody writes to any more, on a thread of its own: large outputs take
  /// minutes, and heartbeats do not wait for them.
  ///
  /// - Throws: `.output`, which says what is wrong with it.
  package static func read(
    in folder: JobFolder, mediaType: String
  ) async throws(WorkerError) -> ExecutorResult {
    let result = await onThread { () -> Result<ExecutorResult, WorkerError> in
      do throws(WorkerError) {
        return .success(try ExecutorResult(in: folder, mediaType: mediaType))
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  init(in folder: JobFolder, mediaType: String) throws(WorkerError) {
    var names = FileTree.names(in: folder.output)
    var said: [String: JSONValue] = [:]
    if let place = names.firstIndex(of: Self.name) {
      names.remove(at: place)
      said = try Self.read(folder.output + "/" + Self.name)
    }
    if let named = said.removeValue(forKey: "evidence") {
      let (name, type) = try Self.evidence(named)
      guard let place = names.firstIndex(of: name) else {
        throw WorkerError(.output, "\(Self.name) names the evidence '\(name)', which is not there")
      }
      names.remove(at: place)
      let path = folder.output + "/" + name
      evidence = (path, try Self.hash(path, type))
    }
    self.said = said
    guard names.count == 1 else {
      let what = names.isEmpty ? "no output" : "\(names.count) outputs: " + Self.list(names)
      throw WorkerError(.output, "\(what): one file or one folder is needed in out/")
    }
    let path = folder.output + "/" + names[0]
    if let mode = FileTree.mode(of: path), mode & S_IFMT == S_IFDIR {
      let list: [UInt8]
      do throws(FileDigestError) {
        list = try FolderManifest(ofFolder: path, threads: 1).canonicalBytes()
      } catch { throw WorkerError(.output, "\(error)") }
      output = .folder(path: path, list: list)
      content = Content(
        digest: SHA256.digest(of: list), size: Int64(list.count),
        mediaType: FolderManifest.mediaType)
    } else {
      output = .file(path: path)
      content = try Self.hash(path, mediaType)
    }
  }

  private static func read(_ path: String) throws(WorkerError) -> [String: JSONValue] {
    let document: JSONDocument
    do {
      let file = try OpenFile(path, followingLinks: false)
      let size = try file.stamp().size
      guard size <= 1 << 20 else { throw WorkerError(.output, "\(name): over 1 MiB") }
      document = try JSONDocument(parsing: try file.bytes(at: 0, count: Int(size)))
    } catch let error as WorkerError { throw error } catch {
      throw WorkerError(.output, "\(name): \(error)")
    }
    guard document.root.type == .object else {
      throw WorkerError(.output, "\(name): no JSON object")
    }
    var said: [String: JSONValue] = [:]
    for (key, value) in document.root.members {
      guard let member = key.text, members.contains(member) else {
        throw WorkerError(.output, "\(name): '\(printable(key.utf8 ?? []))' is not known")
      }
      said[member] = JSONValue(value)
    }
    return said
  }

  private static func evidence(_ value: JSONValue) throws(WorkerError) -> (String, String) {
    guard case .object(let members) = value, members.count == 2,
      case .string(let file)? = members.first(where: { $0.0 == "file" })?.1,
      case .string(let type)? = members.first(where: { $0.0 == "mediaType" })?.1
    else { throw WorkerError(.output, "\(name): evidence: {\"file\", \"mediaType\"} is needed") }
    return (file, type)
  }

  private static func hash(_ path: String, _ mediaType: String) throws(WorkerError) -> Content {
    do throws(FileDigestError) {
      // A link would lead out of the folder.
      let found = try hashFile(path, followingLinks: false)
      return Content(digest: found.digest, size: found.size, mediaType: mediaType)
    } catch { throw WorkerError(.output, "\(error)") }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(5).map { printable($0.utf8) }.joined(separator: ", ")
  }
}
