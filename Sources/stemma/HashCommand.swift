import ArgumentParser
import FileDigests
import Glibc

struct HashCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hash",
    abstract: "Print the digests of files and folders, without a server.",
    discussion: """
      A folder's digest is the root of its OpenSSF model-signing manifest: SHA-256 over its files' digests in path \
      order. --tensors names the weights of a safetensors file, whatever else the file says.
      """)

  @Flag(help: "PATH is a safetensors file: print its tensor digest.")
  var tensors = false

  @Flag(help: "PATH is a folder: print its manifest, the bytes that a `manifest` descriptor names.")
  var manifest = false

  @Option(help: "Where in a folder its signature lies; left out of the manifest.")
  var signature: String?

  @Argument(help: "Files and folders.")
  var paths: [String]

  func validate() throws {
    if tensors && manifest { throw ValidationError("--tensors and --manifest exclude each other") }
    if manifest && paths.count != 1 { throw ValidationError("--manifest takes one folder") }
  }

  func run() throws {
    do throws(FileDigestError) {
      for path in paths { try hash(path) }
    } catch {
      throw CommandFailure.found("\(error)")
    }
  }

  private func hash(_ path: String) throws(FileDigestError) {
    if tensors {
      let digest = try TensorDigest(ofFile: path)
      return Terminal.print("\(digest.digest)  \(digest.count) tensors  \(path)")
    }
    guard manifest || Self.isFolder(path) else {
      let file = try hashFile(path)
      return Terminal.print("\(file.digest)  \(file.size)  \(path)")
    }
    let folder = try FolderManifest(ofFolder: path, signature: signature)
    guard !manifest else { return Terminal.write(folder.canonicalBytes()) }
    Terminal.print("\(folder.root)  \(folder.files.count) files  \(path)")
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
