/// How often it came out the same again: of views that were computed twice, those whose outputs were equivalent.
package struct ReplayedShare: Sendable, Equatable {
  package let replayed: Int
  package let total: Int

  /// - Precondition: `0 <= replayed <= total`.
  package init(replayed: Int, of total: Int) {
    precondition(replayed >= 0 && replayed <= total, "\(replayed) of \(total)")
    self.replayed = replayed
    self.total = total
  }

  /// The one-sided 95 % bound: were the true share smaller, so many would be seen less than one time in twenty. Exact (Clopper
  /// and Pearson 1934); 0 where nothing was seen.
  package var atLeast: Double {
    total == 0 ? 0 : ClopperPearson.lower(replayed, of: total, level: 0.05)
  }
}
