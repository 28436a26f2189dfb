/// Work that somebody asked for: views to be computed anew, or more samples of one.
package struct Rebuild: Sendable {
  package let id: WorkID
  /// What was asked for: `stale`, `views` or `samples`.
  package let what: String
  /// Larger ones go first.
  package let priority: Int32
  /// The newest index of the snapshot that it was planned from.
  package let at: Int64
  package let createdBy: String
  package let createdAt: Timestamp
  package let cancelledAt: Timestamp?
  /// Items by state and, in it, by the class where they must run (nil: anywhere).
  package let counts: [Count]
  /// Its place among all, for paging; 0 before it is stored.
  package let place: Int64

  package struct Count: Sendable, Equatable {
    package let state: RebuildItem.State
    package let deviceClass: String?
    package let items: Int64

    package init(state: RebuildItem.State, deviceClass: String?, items: Int64) {
      self.state = state
      self.deviceClass = deviceClass
      self.items = items
    }
  }

  package init(
    id: WorkID, what: String, priority: Int32, at: Int64, createdBy: String,
    createdAt: Timestamp, cancelledAt: Timestamp? = nil, counts: [Count] = [], place: Int64 = 0
  ) {
    self.id = id
    self.what = what
    self.priority = priority
    self.at = at
    self.createdBy = createdBy
    self.createdAt = createdAt
    self.cancelledAt = cancelledAt
    self.counts = counts
    self.place = place
  }
}
