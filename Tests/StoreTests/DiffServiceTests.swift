import Lineage
import Records
import StemmaCrypto
import Store
import StoreFixtures
import Testing

@Suite struct DiffServiceTests {
  private let setting: LineageSetting
  private let run: SmallRun

  init() throws {
    setting = try LineageSetting()
    run = try SmallRun(in: setting.store)
  }

  @Test func comparesInOneSnapshot() async throws {
    let content = MemoryContent()
    let diff = try await diff(run.outputs[0], run.outputs[1], content)
    #expect(diff.isOneView)
    #expect(diff.differences.map(\.nature) == [.unexplained])
    #expect(diff.truncation.isEmpty)
  }

  @Test func saysWhichOneIsNotThere() async throws {
    let service = DiffService(lineage: setting.service, content: MemoryContent())
    let unknown = SHA256.digest(of: [])
    for (a, b) in [(run.outputs[0], unknown), (unknown, run.outputs[0])] {
      let answer = try await service.diff(
        a, b, in: try LineageSetting.namespace("main"), at: nil)
      guard case .notThere(let digest) = answer else {
        Issue.record("\(answer)")
        continue
      }
      #expect(digest == unknown)
    }
    let early = try await service.diff(
      run.outputs[0], run.outputs[1], in: try LineageSetting.namespace("main"), at: .index(7))
    guard case .notThere(run.outputs[1]) = early else {
      Issue.record("\(early)")
      return
    }
  }

  @Test func looksIntoManifestsThatAreHere() async throws {
    let manifests = (0..<2).map { number in
      Array(
        #"{"files":[{"digest":"\#(SHA256.digest(of: [UInt8(number)]))","path":"a/b","size":1}],"root":"\#(run.view)","v":1}"#
          .utf8)
    }
    let folders = try manifests.map { bytes in
      try setting.store.add(
        record(
          #"{"kind":"input","manifest":{"digest":"\#(SHA256.digest(of: bytes))","mediaType":"application/json","size":\#(bytes.count)},"v":1}"#
        ))
    }
    let none = try await diff(folders[0], folders[1], MemoryContent())
    #expect(none.differences.map(\.file) == [nil])
    let content = MemoryContent(manifests)
    let named = try await diff(folders[0], folders[1], content)
    #expect(named.differences.map(\.file) == ["a/b"])
  }

  /// Pages put together are the answer that one page gives.
  @Test func pagesMakeTheWhole() async throws {
    try setting.store.add(name("runs/best", run.view))
    var request = try setting.request(run.outputs[0], .up)
    request.wantsAssociations = true
    let whole = try #require(try await setting.service.whole(of: request))
    request.limit = 2
    var pages = try await setting.pages(request)
    #expect(pages.count > 2)
    var joined = pages.removeFirst()
    for page in pages { joined.append(page) }
    #expect(joined.nodes.map(\.index) == whole.nodes.map(\.index))
    #expect(Set(joined.edges) == Set(whole.edges))
    #expect(joined.edges.count == whole.edges.count)
    #expect(Set(joined.associations) == Set(whole.associations))
    #expect(joined.associations.count == whole.associations.count)
    #expect(Set(joined.beside.map(\.index)) == Set(whole.beside.map(\.index)))
    #expect(joined.truncation == whole.truncation)
    #expect(joined.next == nil)
  }

  private func diff(
    _ a: Digest, _ b: Digest, _ content: MemoryContent
  ) async throws -> LineageDiff {
    let service = DiffService(lineage: setting.service, content: content)
    let answer = try await service.diff(
      a, b, in: try LineageSetting.namespace("main"), at: nil)
    guard case .diff(let diff) = answer else { throw NoDiff() }
    return diff
  }

  private struct NoDiff: Error {}
}

/// Contents that are read and never written, given out a few bytes at a time.
private struct MemoryContent: ContentStorage {
  private let contents: [Digest: [UInt8]]

  init(_ contents: [[UInt8]] = []) {
    self.contents = Dictionary(
      contents.map { (SHA256.digest(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
  }

  func content(
    _ digest: Digest, in namespace: Namespace
  ) async throws(StoreError) -> StoredContent? {
    contents[digest].map {
      StoredContent(digest: digest, size: Int64($0.count), place: .inline($0))
    }
  }

  func read(
    _ content: StoredContent, from offset: Int64
  ) async throws(StoreError) -> [UInt8] {
    Array((contents[content.digest] ?? []).dropFirst(Int(offset)).prefix(50))
  }

  func beginUpload(in namespace: Namespace) async throws(StoreError) -> any ContentUpload {
    throw StoreError(.unavailable, "read only")
  }

  func whereabouts(
    of digest: Digest, in namespace: Namespace
  ) async throws(StoreError) -> Whereabouts? { nil }

  func setLocations(
    _ locations: [String], of digest: Digest, in namespace: Namespace, now: Timestamp
  ) async throws(StoreError) {
    throw StoreError(.unavailable, "read only")
  }
}
