/// Reads the openings of a range, page by page, and misses none: a source that leaves one out, or says
/// that there is nothing more, has not shown that all is well (CVE-2026-42501 was an empty answer that
/// was taken for a good one).
struct OpeningReader: Sendable {
  struct Openings: Sendable {
    fileprivate(set) var byIndex: [Int64: Opening] = [:]
    fileprivate(set) var findings: [Finding] = []
    /// Of all pages.
    fileprivate(set) var bytes = 0
  }

  let source: any AuditSource

  /// Most openings that are asked for at once.
  static let pageLimit: Int64 = 1000

  func read(_ range: Range<Int64>) async throws(AuditError) -> Openings {
    var openings = Openings()
    var next = range.lowerBound
    while next < range.upperBound {
      let limit = Int(min(range.upperBound - next, Self.pageLimit))
      switch try await source.openings(from: next, limit: limit) {
      case .absent(let reason):
        openings.findings.append(
          Finding(.within(next..<range.upperBound), "openings cannot be had: \(reason)"))
        return openings
      case .bytes(let page):
        openings.bytes += page.count
        let lines = page.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count > 1, lines.last?.isEmpty == true else {
          openings.findings.append(
            Finding(
              .index(next), page.isEmpty ? "the source has no opening for it" : "a page cut short"))
          return openings
        }
        if lines.count - 1 > limit {
          openings.findings.append(
            Finding(.within(next..<range.upperBound), "more openings than were asked for"))
        }
        for line in lines.dropLast().prefix(limit) {
          Self.take(Array(line), &next, before: range.upperBound, into: &openings)
        }
      }
    }
    return openings
  }

  /// Takes the line that should be that of index `next`.
  private static func take(
    _ line: [UInt8], _ next: inout Int64, before end: Int64, into openings: inout Openings
  ) {
    guard next < end else { return }
    do throws(Opening.Refusal) {
      let opening = try Opening(parsing: line)
      if skip(to: opening.index, &next, before: end, into: &openings) {
        openings.byIndex[opening.index] = opening
      }
    } catch {
      guard skip(to: error.index ?? next, &next, before: end, into: &openings) else { return }
      openings.findings.append(Finding(.index(next - 1), error.message))
    }
  }

  /// Steps over `index`, saying of each one before it that it is missing; false where it is not one of
  /// those to come.
  private static func skip(
    to index: Int64, _ next: inout Int64, before end: Int64, into openings: inout Openings
  ) -> Bool {
    guard index >= next else {
      openings.findings.append(
        Finding(.index(next), "in its place there is an opening of \(index)"))
      next += 1
      return false
    }
    for missing in next..<min(index, end) {
      openings.findings.append(Finding(.index(missing), "the source has no opening for it"))
    }
    next = min(index + 1, end)
    return index < end
  }
}
