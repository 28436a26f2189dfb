import FileDigests
import StemmaCrypto
import Testing

@Suite struct FileHashingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Around the size of the read buffer, where an off-by-one would show.
  @Test(arguments: [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000])
  func digestIsThatOfTheBytes(count: Int) throws {
    let bytes = [UInt8].patterned(count)
    try folder.write(bytes, to: "file")
    let found = try hashFile(folder.location("file"))
    #expect(found.digest == SHA256.digest(of: bytes))
    #expect(found.size == Int64(count))
  }

  @Test func followsALinkThatTheCallerNamed() throws {
    try folder.write("abc", to: "file")
    try folder.makeLink("link", to: "file")
    #expect(try hashFile(folder.location("link")) == hashFile(folder.location("file")))
  }

  @Test func refusesWhatIsNoRegularFile() throws {
    try folder.makePipe("pipe")
    try makeSocket(folder.location("socket"))
    for path in [folder.path, folder.location("pipe"), folder.location("socket"), "/dev/null"] {
      #expect(throws: error(.notRegular), "\(path)") { try hashFile(path) }
    }
  }

  @Test func refusesWhatCannotBeRead() throws {
    #expect(throws: error(.unreadable)) { try hashFile(folder.location("absent")) }
    #expect(throws: error(.unreadable)) { try hashFile("") }
    // Its first byte is at an address where nothing is mapped: EIO, even for root.
    #expect(throws: error(.unreadable)) { try hashFile("/proc/self/mem") }
    #expect(throws: error(.badName)) { try hashFile("/etc/passwd\0.bin") }
  }

  @Test func doesNotBelieveTheStatedSize() {
    // 0 bytes long by its own account.
    #expect(throws: error(.changed)) { try hashFile("/proc/self/status") }
  }

  @Test func refusesAFileThatIsWrittenToMeanwhile() throws {
    try folder.write([UInt8](repeating: 7, count: 64 << 20), to: "file")
    try withWriter(to: folder.location("file")) {
      #expect(throws: error(.changed)) { try hashFile(folder.location("file")) }
    }
    #expect(try hashFile(folder.location("file")).size == 64 << 20)
  }
}
