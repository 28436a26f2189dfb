import Glibc
import StemmaCrypto
import Testing

@testable import Worker

struct FolderTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  @Test func isPrivateAndGoesWithAllInIt() throws {
    let job = try folder.job()
    for path in [job.path, job.inputs, job.output, job.temporary] {
      #expect(FileTree.mode(of: path) == S_IFDIR | 0o700)
    }
    // What an executor may leave: closed folders, links that lead out, a pipe.
    _ = unsafe mkdir(job.output + "/deep", 0o700)
    write("x", to: job.output + "/deep/file")
    _ = unsafe symlink("/etc", job.output + "/link")
    _ = unsafe mkfifo(job.output + "/pipe", 0o600)
    _ = unsafe chmod(job.output + "/deep", 0o000)
    try job.remove()
    #expect(FileTree.mode(of: job.path) == nil)
    #expect(FileTree.mode(of: "/etc/passwd") != nil)
    try job.remove()
  }

  @Test func countsAndRemovesWhatIsCalledByNoText() throws {
    let job = try folder.job()
    // Latin-1, as older programs write it.
    let name = Array((job.output + "/caf").utf8CString.dropLast()) + [CChar(bitPattern: 0xE9)]
    _ = unsafe mkdir(name + [0], 0o700)
    let file = name + Array("/x".utf8CString)
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT, 0o600)
    try #require(descriptor >= 0)
    #expect(ftruncate(descriptor, 1000) == 0)
    close(descriptor)
    #expect(FileTree.size(of: job.output) == 1000)
    try job.remove()
    #expect(FileTree.mode(of: job.path) == nil)
  }

  @Test func anotherProcessRemovesWhatNobodyHolds() throws {
    let root = folder.scratch.path.split(separator: "/").dropLast().joined(separator: "/")
    // What a worker that was killed leaves: its lock's file, and its folder.
    write("", to: "/\(root)/dead.lock")
    try FileTree.make("/\(root)/dead")
    write("x", to: "/\(root)/dead/file")
    let other = try ScratchFolder(in: folder.place)
    #expect(FileTree.mode(of: "/\(root)/dead") == nil)
    #expect(FileTree.mode(of: "/\(root)/dead.lock") == nil)
    #expect(FileTree.mode(of: folder.scratch.path) != nil)
    #expect(other.path != folder.scratch.path)
    try other.remove()
    #expect(FileTree.mode(of: other.path) == nil && FileTree.mode(of: other.path + ".lock") == nil)
  }

  @Test func refusesAFolderThatOthersMayEnter() throws {
    let place = folder.place + "/open"
    try FileTree.make(place)
    _ = unsafe mkdir(place + "/stemma-worker-\(geteuid())", 0o755)
    _ = unsafe chmod(place + "/stemma-worker-\(geteuid())", 0o755)
    #expect(throws: WorkerError(.folder, "")) { try ScratchFolder(in: place) }
    let linked = folder.place + "/linked"
    try FileTree.make(linked)
    _ = unsafe symlink(folder.scratch.path, linked + "/stemma-worker-\(geteuid())")
    #expect(throws: WorkerError(.folder, "")) { try ScratchFolder(in: linked) }
  }

  @Test func checksInputsAndClosesThem() throws {
    let job = try folder.job()
    let bytes = Array("claims".utf8)
    let file = try InputFile(job.path(ofInput: 0))
    try file.write(Array(bytes[..<2]))
    try file.write(Array(bytes[2...]))
    try file.finish(SHA256.digest(of: bytes))
    let wrong = try InputFile(job.path(ofInput: 1))
    try wrong.write(bytes)
    #expect(throws: WorkerError(.input, "")) { try wrong.finish(SHA256.digest(of: [])) }
    job.closeInputs()
    #expect(FileTree.mode(of: job.inputs) == S_IFDIR | 0o500)
    #expect(FileTree.mode(of: job.path(ofInput: 0)) == S_IFREG | 0o400)
    #expect(contents(of: job.path(ofInput: 0)) == "claims")
  }

  private static let digest = "sha256:" + String(repeating: "0", count: 64)

  @Test(arguments: [
    "", "/etc/passwd", "../up", "a/../../up", "a//b", "./a", "a/", "a/..",
  ])
  func refusesManifestsThatLeadOut(_ path: String) throws {
    let text = #"{"files":[{"path":"\#(path)","digest":"\#(Self.digest)","size":1}],"v":1}"#
    #expect(throws: WorkerError(.input, "")) { try InputManifest(parsing: Array(text.utf8)) }
  }

  @Test func makesTheFoldersOfAManifest() throws {
    let text = """
      {"files":[{"path":"a/b/c","digest":"\(Self.digest)","size":1},{"path":"a/d","digest":"\(Self.digest)","size":1}]}
      """
    let job = try folder.job()
    let places = try InputManifest(parsing: Array(text.utf8)).files.map {
      try job.place(of: $0, inInput: 2)
    }
    #expect(places == ["\(job.inputs)/2/a/b/c", "\(job.inputs)/2/a/d"])
    #expect(FileTree.mode(of: job.inputs + "/2/a/b") == S_IFDIR | 0o700)
    for text in ["", "{}", #"{"files":[]}"#, #"{"files":[{"path":"a"}]}"#] {
      #expect(throws: WorkerError(.input, "")) { try InputManifest(parsing: Array(text.utf8)) }
    }
  }
}
