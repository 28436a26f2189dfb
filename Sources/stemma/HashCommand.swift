import ArgumentParser
import FileDigests
import Glibc

struct HashCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hash",
    abstract: "Print the digests of files and folders, without a server.",
    discussion: """
      A file's digest is SHA-256 of its bytes. A folder's is the root of its OpenSSF model-signing
      manifest: SHA-256 over its files' digests in path order; symbolic links in it are refused.
      --tensors names the weights of a safetensors file, whatever else the file says.

      Exit status 1: a folder that cannot be listed faithfully, not a safetensors file, or a file that
      changed while it was read.
      """)

  @Flag(help: "PATH is a safetensors file: print its tensor digest.")
  var tensors = false

  @Flag(help: "PATH is a folder: print its manifest (\(FolderManifest.mediaType)).")
  var manifest = false

  @Option(
    help: "Where a signature of the folder lies, relative to it; left out of the manifest.",
    transform: { text in
      guard let path = InnerPath(text) else {
        throw ValidationError("must be relative to the folder, without '.', '..' and empty parts")
      }
      return path
    })
  var signature: InnerPath?

  @Argument(help: "Files and folders.")
  var paths: [String]

  func validate() throws {
    if tensors && manifest { throw ValidationError("--tensors and --manifest exclude each other") }
    if tensors && signature != nil { throw ValidationError("--signature is for folders") }
    if manifest && paths.count != 1 { throw ValidationError("--manifest takes one folder") }
  }

  func run() throws {
    do throws(FileDigestError) {
      for path in paths { try hash(path) }
    } catch {
      throw CommandFailure(error)
    }
  }

  private func hash(_ path: String) throws(FileDigestError) {
    if tensors {
      let weights = try TensorDigest(ofFile: path)
      return Terminal.print("\(weights.digest)  \(counted(weights.count, "tensor"))  \(path)")
    }
    guard manifest || Self.isFolder(path) else {
      let file = try hashFile(path)
      return Terminal.print("\(file.digest)  \(counted(Int(file.size), "byte"))  \(path)")
    }
    let folder = try FolderManifest(ofFolder: path, signature: signature)
    guard !manifest else { return Terminal.write(folder.canonicalBytes()) }
    Terminal.print("\(folder.root)  \(counted(folder.files.count, "file"))  \(path)")
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
