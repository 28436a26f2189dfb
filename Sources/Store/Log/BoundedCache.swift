/// A dictionary of at most `limit` values. When it is full, the half that was not used since the last
/// time goes: as good as least-recently-used here, without a list.
struct BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let limit: Int
  private var recent: [Key: Value] = [:]
  private var older: [Key: Value] = [:]

  init(limit: Int) { self.limit = limit }

  var count: Int { recent.count + older.count }

  subscript(key: Key) -> Value? {
    mutating get {
      if let value = recent[key] { return value }
      guard let value = older.removeValue(forKey: key) else { return nil }
      self[key] = value
      return value
    }
    set {
      recent[key] = newValue
      older[key] = nil
      if recent.count >= limit / 2 {
        older = recent
        recent = [:]
      }
    }
  }
}
