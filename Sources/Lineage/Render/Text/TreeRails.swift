/// The lines that are drawn before each record of a tree.
///
/// A tree can be 100,000 levels deep: only the last levels are drawn, and a number says how many are not.
struct TreeRails {
  /// Of each open level, whether its last record has begun.
  private var isLast: [Bool] = []
  /// Levels drawn at the most.
  let limit: Int

  init(width: Int?) {
    limit = max(3, min(16, (width ?? 100) / 6))
  }

  mutating func open() { isLast.append(false) }
  mutating func close() { isLast.removeLast() }
  mutating func beginLast() { isLast[isLast.count - 1] = true }

  /// Before a record: `│  └─ `.
  var branch: String {
    guard let last = isLast.last else { return "" }
    return rails(isLast.dropLast()) + (last ? "└─ " : "├─ ")
  }

  /// Before what stands beside the record: `│     │  `, where records follow below it.
  func margin(hasChildren: Bool) -> String {
    rails(isLast[...]) + (hasChildren ? "│  " : "   ")
  }

  private func rails(_ levels: ArraySlice<Bool>) -> String {
    let hidden = levels.count - limit
    return (hidden > 0 ? "(\(hidden) more) " : "")
      + levels.suffix(limit).map { $0 ? "   " : "│  " }.joined()
  }
}
