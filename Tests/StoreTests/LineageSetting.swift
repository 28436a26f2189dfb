import Lineage
import Records
import StemmaCrypto
import Store
import StoreFixtures

/// A service over records in memory, and questions to it.
struct LineageSetting {
  let store: MemoryRecords
  let service: LineageService

  /// Namespace `team` imports `main`.
  init(bodyBytes: Int = 8 << 20, largeWalks: LargeWalks = LargeWalks()) throws {
    let store = MemoryRecords(bodyBytes: bodyBytes)
    self.store = store
    service = LineageService(
      engine: store, lookup: store,
      snapshots: Snapshots(lookup: store) { () throws(StoreError) in store.size },
      imports: [try Self.namespace("team"): [try Self.namespace("main")]], largeWalks: largeWalks)
  }

  struct NoNamespace: Error {}

  static func namespace(_ name: String) throws -> Namespace {
    guard let namespace = Namespace(name) else { throw NoNamespace() }
    return namespace
  }

  func request(
    _ root: Digest, _ direction: LineageGraph.Direction, in namespace: String = "main"
  ) throws -> LineageRequest {
    LineageRequest(
      root: root, namespace: try Self.namespace(namespace), direction: direction)
  }

  /// All pages of an answer, one after the other.
  func pages(_ request: LineageRequest) async throws -> [LineageGraph] {
    var request = request
    var pages: [LineageGraph] = []
    while let page = try await service.graph(of: request) {
      pages.append(page)
      guard let next = page.next else { break }
      request.after = LineageCursor(parsing: next, for: request)
    }
    return pages
  }
}

/// A view over inputs, and its outputs: index 0 to 2 are inputs, 3 the context, 4 the view, 5 the execution, 6 the
/// device, 7 and 8 the outputs.
struct SmallRun {
  let inputs: [Digest]
  let view: Digest
  let execution: Digest
  let device: Digest
  let outputs: [Digest]

  init(in store: MemoryRecords) throws {
    let inputs = try (0..<3).map { try store.add(input($0)) }
    let how = try store.add(context(1))
    let view = try store.add(StoreFixtures.view(inputs: inputs, context: how))
    let execution = try store.add(StoreFixtures.execution(1))
    let device = try store.add(
      record(#"{"kind":"device","v":1,"class":"cpu-x86-64","share":{"mode":"whole"}}"#))
    outputs = try (0..<2).map { number in
      try store.add(output(number, view: view, execution: execution, device: device))
    }
    (self.inputs, self.view, self.execution, self.device) = (inputs, view, execution, device)
  }
}

func output(
  _ number: Int, view: Digest, execution: Digest, device: Digest
) throws -> Record {
  let content = SHA256.digest(of: Array("output \(number)".utf8))
  return try record(
    #"{"kind":"output","v":1,"view":"\#(view)","execution":"\#(execution)","devices":["\#(device)"],"sample":"\#(number)","producedAt":"2026-11-24T12:00:00.000000Z","content":{"digest":"\#(content)","size":1,"mediaType":"text/plain"}}"#
  )
}
