internal import StemmaCrypto
internal import TransparencyLog

/// One run of an audit: its state between blocks, all of it bounded but the memory of the records.
struct AuditRun: Sendable {
  var report: AuditReport
  let source: any AuditSource
  let options: AuditOptions
  let folder: StateFolder?
  var state: SavedState
  /// The tree's first computation: entry by entry. Nil once an entry is missing.
  var edge: RightEdge?
  var tiles: TileWalk
  var records: RecordWalk
  var contents = ContentWalk()
  var facts: RightEdge
  /// Facts that were not written yet.
  var unsaved: [UInt8] = []
  /// Leaves that an earlier audit found at each index.
  var leavesBefore: [Digest] = []
  /// The newest checkpoint that was seen before the one that is walked to.
  var seen: Checkpoint?
  /// Up to here the entries are those under an earlier checkpoint.
  var agreed: Int64 = 0

  init(
    source: any AuditSource, options: AuditOptions, folder: StateFolder?
  ) throws(AuditError) {
    self.source = source
    self.options = options
    self.folder = folder
    report = AuditReport(origin: options.key.name, findings: Findings(limit: options.findingLimit))
    var state = try folder?.load() ?? SavedState()
    if options.isFresh || options.content != nil || (options.isFull && state.before == nil) {
      state.startAgain()
    }
    let walk = state.walk
    self.state = state
    report.from = walk.size
    var records = RecordWalk(walk, imports: options.imports)
    facts = RightEdge()
    if let folder {
      if walk.size > 0 {
        facts = try folder.facts(
          generation: walk.generation, size: walk.size, root: walk.factsRoot
        ) { records.remember($0) }
      }
      if let before = state.before {
        var leaves: [Digest] = []
        _ = try folder.facts(
          generation: before.generation, size: before.size, root: before.factsRoot
        ) { leaves.append($0.leaf) }
        leavesBefore = leaves
      }
    }
    self.records = records
    guard let tileEdge = TileEdge(size: walk.size, levels: walk.levels) else {
      throw AuditError(.state, "the state's right edge is not that of \(walk.size) entries")
    }
    edge = tileEdge.rightEdge
    tiles = TileWalk(source: source, size: walk.size, levels: walk.levels)
    seen = try Self.checkpoint(in: state.seen)
    if let seen, walk.size >= seen.size { agreed = seen.size }
  }

  private static func checkpoint(in note: [UInt8]) throws(AuditError) -> Checkpoint? {
    guard !note.isEmpty else { return nil }
    do throws(LogError) {
      return try Checkpoint(parsing: SignedNote(parsing: note).text)
    } catch {
      throw AuditError(.state, "the checkpoint that was kept cannot be read: \(error.message)")
    }
  }

  var hasUnsettledContent: Bool { !contents.waiting.isEmpty }
  var lastAwaited: Int64? { records.lastAwaited }

  // MARK: Keeping

  /// Keeps what is good so far. Nothing is kept any more once something was found.
  mutating func save(isComplete: Bool) throws(AuditError) {
    guard let folder, report.isGood else { return }
    if !unsaved.isEmpty {
      try folder.append(unsaved, generation: state.walk.generation, after: state.walk.size)
      unsaved = []
    }
    state.walk = records.saved(
      generation: state.walk.generation, levels: tiles.savedLevels, factsRoot: facts.root)
    let old = isComplete ? state.before : nil
    if isComplete { state.before = nil }
    try folder.save(state)
    if let old { folder.removeFacts(generation: old.generation) }
    // Of a full audit that was interrupted and begun anew.
    let stale = state.walk.generation - 1
    if stale != state.before?.generation { folder.removeFacts(generation: stale) }
  }

  /// After a full audit that found something, the good one before it is what counts again.
  func dropBadProgress() throws(AuditError) {
    guard let folder, !report.isGood else { return }
    var kept = try folder.load()
    guard let before = kept.before else { return }
    let bad = kept.walk.generation
    kept.walk = before
    kept.before = nil
    try folder.save(kept)
    folder.removeFacts(generation: bad)
  }
}

extension SavedState {
  /// Begins a full audit that is to find again what the last one found.
  fileprivate mutating func startAgain() {
    // Of an interrupted full audit the older, longer memory stays.
    if before == nil, walk.size > 0 {
      before = walk
    }
    walk = Walk(generation: walk.generation + 1)
  }
}

extension TileWalk {
  /// As `TileEdge` has them: a level that the tree has no hash of is left out.
  var savedLevels: [[Digest]] { size == 0 ? [] : levels }
}

extension RecordWalk {
  init(_ walk: SavedState.Walk, imports: [String: Set<String>]) {
    var awaited: [Int64: [Int64]] = [:]
    for pair in walk.awaited where pair.count == 2 { awaited[pair[1], default: []].append(pair[0]) }
    self.init(
      memory: RecordMemory(namespaces: walk.namespaces), lastTime: walk.lastTime, awaited: awaited,
      unfinished: walk.unfinished.filter { $0.count == 3 }.map {
        .init(erasure: $0[1], subject: $0[0], withNonce: $0[2] == 1)
      }, imports: imports)
  }

  func saved(generation: Int64, levels: [[Digest]], factsRoot: Digest) -> SavedState.Walk {
    SavedState.Walk(
      generation: generation, size: memory.count, levels: levels, factsRoot: factsRoot,
      namespaces: memory.namespaces, lastTime: lastTime,
      awaited: awaited.sorted { $0.key < $1.key }.flatMap { erasure, subjects in
        subjects.map { [$0, erasure] }
      }, unfinished: unfinished.map { [$0.subject, $0.erasure, $0.withNonce ? 1 : 0] })
  }
}
