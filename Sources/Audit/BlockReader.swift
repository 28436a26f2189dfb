internal import StemmaCrypto
internal import TransparencyLog

/// Fetches a block of entries with their tiles and openings and checks what can be checked without any
/// other block: so blocks are read in parallel.
struct BlockReader: Sendable {
  let source: any AuditSource

  /// Entries of a block: three bundles, and at most one page of openings in the usual case.
  static let entries: Int64 = 768

  /// The blocks that cover `range`; each but the first begins at a multiple of their size.
  static func blocks(of range: Range<Int64>) -> [Range<Int64>] {
    stride(from: range.lowerBound / entries * entries, to: range.upperBound, by: Int(entries)).map {
      max($0, range.lowerBound)..<min($0 + entries, range.upperBound)
    }
  }

  /// `read` as a task's value: a block knows its range, so nothing has to go with it. (A tuple of a number
  /// and such a result, made in a closure with a typed `catch`, loses the number when Swift 6.3.1
  /// optimises.)
  func result(_ range: Range<Int64>) async -> Result<CheckedBlock, AuditError> {
    do throws(AuditError) {
      return .success(try await read(range))
    } catch {
      return .failure(error)
    }
  }

  /// Reads the block `range` of a tree; it ends where a bundle ends or where the tree does.
  func read(_ range: Range<Int64>) async throws(AuditError) -> CheckedBlock {
    var findings: [Finding] = []
    var entries: [Int64: [UInt8]] = [:]
    var hashes: [Int64: Digest] = [:]
    var tiles: [(tile: Tile, hashes: [Digest]?)] = []
    let width = Int64(Tile.fullWidth)
    for number in range.lowerBound / width...(range.upperBound - 1) / width {
      let start = number * width
      let count = Int(min(width, range.upperBound - start))
      guard let bundle = EntryBundle(number: number, width: count),
        let tile = Tile(level: 0, number: number, width: count)
      else { preconditionFailure("a block lies in the tree") }
      for (offset, entry) in try await self.entries(of: bundle, into: &findings).enumerated() {
        entries[start + Int64(offset)] = entry
      }
      let served = try await self.hashes(of: tile, into: &findings)
      for (offset, hash) in (served ?? []).enumerated() { hashes[start + Int64(offset)] = hash }
      tiles.append((tile, served))
    }
    let openings = try await OpeningReader(source: source).read(range)
    findings += openings.findings
    var checked: [CheckedBlock.Entry] = []
    checked.reserveCapacity(range.count)
    // Entries of the first bundle that an earlier run has checked are held against its tile again.
    for index in range.lowerBound / width * width..<range.upperBound {
      let opening = openings.byIndex[index]
      var problems = Self.problems(entries[index], hashes[index], opening)
      guard index >= range.lowerBound else {
        findings += problems.map { Finding(.index(index), $0) }
        continue
      }
      if let opening { problems += EntryCheck.problems(of: opening, entry: entries[index]) }
      findings += problems.map { Finding(.index(index), $0) }
      let leaf = entries[index].map(TreeHash.leaf)
      checked.append(
        .init(
          index: index,
          leaf: leaf ?? opening?.commitment.map { TreeHash.leaf($0.bytes) } ?? hashes[index],
          opening: opening, isSound: problems.isEmpty && opening != nil))
    }
    return CheckedBlock(
      range: range, entries: checked, tiles: tiles, findings: findings, bytes: openings.bytes)
  }

  /// An entry against the hash in its tile; where the entry is not there, what opens it.
  private static func problems(
    _ entry: [UInt8]?, _ hash: Digest?, _ opening: Opening?
  ) -> [String] {
    if let entry {
      guard entry.count == Digest.byteCount else { return ["its entry is not 32 bytes long"] }
      guard let hash, TreeHash.leaf(entry) != hash else { return [] }
      return ["its entry is not the one whose hash is in the tile"]
    }
    guard let hash, let opened = opening?.commitment, TreeHash.leaf(opened.bytes) != hash else {
      return []
    }
    return ["nonce and statement do not make the hash in the tile"]
  }

  private func entries(
    of bundle: EntryBundle, into findings: inout [Finding]
  ) async throws(AuditError) -> [[UInt8]] {
    let place = Self.place(of: bundle.number, bundle.width)
    switch try await source.entries(bundle) {
    case .absent(let reason):
      findings.append(Finding(place, "\(bundle.path) cannot be had: \(reason)"))
    case .bytes(let bytes):
      do throws(LogError) {
        return try EntryBundle.decode(bytes, width: bundle.width)
      } catch {
        findings.append(Finding(place, "\(bundle.path) is damaged: \(error.message)"))
      }
    }
    return []
  }

  private func hashes(
    of tile: Tile, into findings: inout [Finding]
  ) async throws(AuditError) -> [Digest]? {
    switch try await source.hashes(of: tile) {
    case .success(let hashes): return hashes
    case .failure(let problem):
      findings.append(Finding(Self.place(of: tile.number, tile.width), problem.message))
      return nil
    }
  }

  private static func place(of number: Int64, _ width: Int) -> Finding.Place {
    let start = number * Int64(Tile.fullWidth)
    return .within(start..<start + Int64(width))
  }
}

/// Why a tile cannot be used.
struct TileProblem: Error {
  let message: String
}

extension AuditSource {
  /// The hashes of a tile, as many as it is wide.
  func hashes(of tile: Tile) async throws(AuditError) -> Result<[Digest], TileProblem> {
    switch try await self.tile(tile) {
    case .absent(let reason):
      return .failure(TileProblem(message: "\(tile.path) cannot be had: \(reason)"))
    case .bytes(let bytes):
      guard bytes.count == tile.width * Digest.byteCount else {
        return .failure(
          TileProblem(message: "\(tile.path) has \(bytes.count) bytes, not \(tile.width) hashes"))
      }
      return .success(
        stride(from: 0, to: bytes.count, by: Digest.byteCount).compactMap {
          Digest(bytes: bytes[$0..<$0 + Digest.byteCount])
        })
    }
  }
}
