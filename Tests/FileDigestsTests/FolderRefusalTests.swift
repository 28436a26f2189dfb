import Glibc
import Testing

@testable import FileDigests

/// Folders that have no manifest.
@Suite struct FolderRefusalTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  func manifest() throws -> FolderManifest {
    try FolderManifest(ofFolder: folder.path, threads: 2)
  }

  @Test func refusesFoldersWithoutFiles() throws {
    #expect(throws: error(.empty)) { try manifest() }
    try folder.makeFolders("empty", ".git")
    try folder.write("", to: ".git/config")
    #expect(throws: error(.empty)) { try manifest() }
    try folder.write("", to: "empty/file")
    #expect(try manifest().files.count == 1)
  }

  @Test(arguments: ["file", "sub", "absent", "/etc/passwd", "."])
  func refusesLinks(target: String) throws {
    try folder.makeFolders("sub")
    try folder.write("x", to: "file")
    try folder.makeLink("sub/link", to: target)
    let thrown = #expect(throws: error(.symlink)) { try manifest() }
    #expect(thrown?.path == folder.location("sub/link"))
  }

  @Test func refusesPipesAndSockets() throws {
    try folder.write("x", to: "file")
    try folder.makePipe("pipe")
    #expect(throws: error(.notRegular)) { try manifest() }
    try folder.remove("pipe")
    try makeSocket(folder.location("socket"))
    #expect(throws: error(.notRegular)) { try manifest() }
  }

  @Test(
    arguments: [
      [0x0a], [0x1b, 0x5b], [0x7f], [0xc2, 0x85], [0xff], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80],
    ] as [[UInt8]])
  func refusesNamesThatNobodyCanReadAloud(name: [UInt8]) throws {
    try folder.write([], to: [UInt8(ascii: "a")] + name)
    #expect(throws: error(.badName)) { try manifest() }
  }

  @Test func refusesWhatIsNoFolder() throws {
    try folder.write("x", to: "file")
    for path in ["file", "absent", "file/", "file/x"] {
      #expect(throws: error(.unreadable)) { try FolderManifest(ofFolder: folder.location(path)) }
    }
    #expect(throws: error(.unreadable)) { try FolderManifest(ofFolder: "") }
    #expect(throws: error(.badName)) { try FolderManifest(ofFolder: folder.path + "\0x") }
  }

  /// The small file is read after the large one, hence whole, and yet of another moment.
  @Test func refusesAFolderInWhichAFileIsWrittenTo() throws {
    try folder.write([UInt8](repeating: 7, count: 64 << 20), to: "large")
    try folder.write("x", to: "small")
    try withWriter(to: folder.location("small")) {
      #expect(throws: error(.changed)) { try FolderManifest(ofFolder: folder.path, threads: 1) }
    }
  }

  @Test(arguments: ["added", "removed", "replaced", "written", "added below"])
  func seesWhatHappenedSinceTheWalk(change: String) throws {
    try folder.makeFolders("sub")
    try folder.write("1", to: "sub/file")
    try folder.write("2", to: "other")
    let walk = try FolderWalk(root: folder.path, skipping: [])
    try walk.checkUnchanged()
    // Longer than a tick of the file system's clock.
    usleep(20_000)
    switch change {
    case "added": try folder.write("", to: "new")
    case "removed": try folder.remove("other")
    case "replaced": try folder.move("other", to: "sub/file")
    case "written": try folder.write("3", to: "sub/file")
    default: try folder.write("", to: "sub/new")
    }
    #expect(throws: error(.changed)) { try walk.checkUnchanged() }
  }

  @Test(arguments: [
    ("plain/é", "plain/é"), ("a\nb", "a\\x0ab"), ("\u{85}", "\\xc2\\x85"), ("\u{7f}", "\\x7f"),
  ])
  func printsPathsWithoutControlCharacters(path: String, shown: String) {
    #expect(printable(path.utf8) == shown)
  }

  @Test func printsBytesThatAreNoText() {
    #expect(printable([0x61, 0xff, 0x62]) == "a\\xffb")
    #expect(printable([0xe2, 0x98]) == "\\xe2\\x98")
    #expect(printable([0xc0, 0xaf]) == "\\xc0\\xaf")
  }
}
