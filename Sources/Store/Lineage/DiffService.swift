package import Lineage
package import StemmaCrypto

/// Why two records differ: the use case over their lineages and the manifests of folders.
package struct DiffService: Sendable {
  private let lineage: LineageService
  private let content: any ContentStorage

  package init(lineage: LineageService, content: any ContentStorage) {
    self.lineage = lineage
    self.content = content
  }

  package enum Answer: Sendable {
    case diff(LineageDiff)
    /// Nothing that may be seen has this digest at that point.
    case notThere(Digest)
  }

  /// Compares what two records rest on, both in one snapshot.
  package func diff(
    _ a: Digest, _ b: Digest, in namespace: Namespace, at point: SnapshotPoint?
  ) async throws(StoreError) -> Answer {
    var request = LineageRequest(root: a, namespace: namespace, direction: .up)
    request.at = point
    request.wantsAssociations = true
    request.wantsRecords = true
    guard let first = try await lineage.whole(of: request) else { return .notThere(a) }
    request.root = b
    request.at = .index(first.at)
    guard let second = try await lineage.whole(of: request) else { return .notThere(b) }
    let plain = try Self.compare(first, second, [:])
    let wanted = plain.wantedManifests
    guard !wanted.isEmpty else { return .diff(plain) }
    var manifests: [Digest: [UInt8]] = [:]
    for digest in wanted { manifests[digest] = try await manifest(digest, in: namespace) }
    return .diff(try Self.compare(first, second, manifests))
  }

  private static func compare(
    _ a: LineageGraph, _ b: LineageGraph, _ manifests: [Digest: [UInt8]]
  ) throws(StoreError) -> LineageDiff {
    do throws(LineageFormatError) {
      return try LineageDiff(a, b, manifests: manifests)
    } catch {
      throw StoreError(.corrupt, "a walk lacks its own root", cause: error)
    }
  }

  /// The bytes of a manifest; nil where they are not here, or are too long.
  private func manifest(
    _ digest: Digest, in namespace: Namespace
  ) async throws(StoreError) -> [UInt8]? {
    guard let stored = try await content.content(digest, in: namespace),
      stored.size <= LineageDiff.longestManifest
    else { return nil }
    var bytes: [UInt8] = []
    while bytes.count < stored.size {
      let part = try await content.read(stored, from: Int64(bytes.count))
      // It was erased meanwhile.
      guard !part.isEmpty else { return nil }
      bytes += part
    }
    return bytes
  }
}
