import Canonical
import FileDigests
import StemmaCrypto
import Testing

@Suite struct FolderManifestTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func manifest(threads: Int = 2) throws -> FolderManifest {
    try FolderManifest(ofFolder: folder.path, threads: threads)
  }

  func paths(signature: String? = nil) throws -> [String] {
    let signature = try signature.map { try #require(InnerPath($0)) }
    return try FolderManifest(ofFolder: folder.path, signature: signature).files.map {
      String(decoding: $0.path, as: UTF8.self)
    }
  }

  /// `a.b` and `a-b` beside a folder `a`: by path component they would come after what lies in it.
  /// U+FF41 before U+1D41A: by UTF-16 it would be the other way about. The two spellings of é are two.
  @Test func pathsAreInTheOrderOfTheirBytes() throws {
    try folder.makeFolders("a", "a/b", "B")
    let inOrder = [
      "B/x", "a-b", "a.b", "a/b/c", "a/z", "a0", "e\u{301}", "z", "\u{e9}", "\u{ff41}", "\u{1d41a}",
    ]
    for name in inOrder.reversed() { try folder.write(name, to: name) }
    let found = try manifest()
    #expect(found.files.map(\.path) == inOrder.map { Array($0.utf8) })
    let digests = inOrder.map { SHA256.digest(of: Array($0.utf8)) }
    #expect(found.files.map(\.digest) == digests)
    #expect(found.files.map(\.size) == inOrder.map { Int64($0.utf8.count) })
    #expect(found.root == SHA256.digest(of: digests.flatMap(\.bytes)))
  }

  @Test func canonicalBytesAreCanonical() throws {
    try folder.makeFolders("d")
    for name in ["quote\"", "back\\slash", "d/snow\u{2603}", "empty"] {
      try folder.write(name == "empty" ? "" : name, to: name)
    }
    let found = try manifest()
    let bytes = found.canonicalBytes()
    let root = try JSONDocument(parsing: bytes).root
    #expect(root.canonicalBytes() == bytes)
    #expect(root.count == 3)
    #expect(root["v"]?.integer == 1)
    #expect(root["root"]?.text == found.root.description)
    let files = try #require(root["files"]).elements.map(\.self)
    #expect(files.map { $0["path"]?.utf8 } == found.files.map(\.path))
    #expect(files.map { $0["digest"]?.text } == found.files.map(\.digest.description))
    #expect(files.map { $0["size"]?.integer } == found.files.map(\.size))
    #expect(files.allSatisfy { $0.count == 3 })
  }

  @Test func leavesOutGitAtTheTopOnly() throws {
    try folder.makeFolders(".git", "sub", "sub/.git", ".github", ".hidden")
    for name in [
      ".git/config", ".gitattributes", ".gitignore", ".github/x", ".gitmodules", ".hidden/x",
      "sub/.gitignore", "sub/.git/config",
    ] {
      try folder.write(name, to: name)
    }
    #expect(try paths() == [".gitmodules", ".hidden/x", "sub/.git/config", "sub/.gitignore"])
  }

  @Test func leavesOutTheSignature() throws {
    try folder.makeFolders("s")
    for name in ["model", "model.sig", "s/model.sig"] { try folder.write(name, to: name) }
    #expect(try paths(signature: "model.sig") == ["model", "s/model.sig"])
    #expect(try paths(signature: "s/model.sig") == ["model", "model.sig"])
    #expect(try paths(signature: "s") == ["model", "model.sig"])
    #expect(try paths(signature: "absent") == ["model", "model.sig", "s/model.sig"])
  }

  @Test(arguments: ["", "/", "/a", "a/", "a//b", ".", "./a", "a/.", "..", "../a", "a/../b"])
  func refusesOtherSpellingsOfASignature(path: String) {
    #expect(InnerPath(path) == nil)
  }

  @Test func takesALinkToTheFolderItself() throws {
    try folder.makeFolders("real")
    try folder.write("x", to: "real/x")
    try folder.makeLink("link", to: "real")
    #expect(
      try FolderManifest(ofFolder: folder.location("link"))
        == FolderManifest(ofFolder: folder.location("real")))
    #expect(
      try FolderManifest(ofFolder: folder.location("real/"))
        == FolderManifest(ofFolder: folder.location("real")))
  }

  /// Everything has one answer, so the number of threads must not show.
  @Test func manyThreadsGiveTheManifestOfOne() throws {
    for outer in 0..<10 {
      try folder.makeFolders("\(outer)", "\(outer)/deeper")
      for inner in 0..<30 {
        let name = inner.isMultiple(of: 2) ? "\(outer)/\(inner)" : "\(outer)/deeper/\(inner)"
        try folder.write(.patterned(inner * inner * 97, seed: outer), to: name)
      }
    }
    let one = try manifest(threads: 1)
    #expect(one.files.count == 300)
    for threads in [0, 2, 3, 16, 1000] { #expect(try manifest(threads: threads) == one) }
  }

  @Test func takesDeepFolders() throws {
    var name = "d"
    try folder.makeFolders(name)
    for _ in 0..<200 {
      name += "/d"
      try folder.makeFolders(name)
    }
    try folder.write("deep", to: name + "/x")
    #expect(try paths() == [name + "/x"])
  }
}
