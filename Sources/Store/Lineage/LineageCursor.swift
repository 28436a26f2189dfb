import Lineage
import StemmaCrypto

/// A place in an answer, from which the next page goes on: it fixes the snapshot, so that pages are those of one
/// answer whatever is committed between them.
///
/// Its text is opaque to clients. Whoever makes one up gets, at the worst, another page of what may be seen anyway.
package struct LineageCursor: Hashable, Sendable {
  let size: Int64
  let direction: WalkDirection
  let position: WalkPosition

  init(size: Int64, direction: WalkDirection, position: WalkPosition) {
    self.size = size
    self.direction = direction
    self.position = position
  }

  private static let version = "1"

  /// The text that continues `request`.
  func text(for request: LineageRequest) -> String {
    let place =
      "\(Self.version)-\(direction.rawValue)-\(size)-\(position.distance)-\(position.index)"
    return "\(place)-\(Self.check(place, request))"
  }

  /// Reads a text that an answer to `request` gave; nil for every other one.
  package init?(parsing text: String, for request: LineageRequest) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == Self.version, let size = Int64(parts[2]),
      let direction = WalkDirection(rawValue: String(parts[1])),
      let distance = Int32(parts[3]), let index = Int64(parts[4])
    else { return nil }
    self.init(
      size: size, direction: direction,
      position: WalkPosition(distance: distance, index: index))
    // No other spelling, and no number that was not given out for this question.
    guard size > 0, distance >= 0, (0..<size).contains(index),
      self.text(for: request).utf8.elementsEqual(text.utf8)
    else { return nil }
  }

  private static func check(_ place: String, _ request: LineageRequest) -> String {
    let digest = SHA256.digest(of: Array("\(request.fingerprint) \(place)".utf8))
    return String(digest.description.dropFirst(7).prefix(16))
  }
}
