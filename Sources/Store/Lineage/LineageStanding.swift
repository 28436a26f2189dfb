/// How the engines of lineage are doing, for the metrics page.
package struct LineageStanding: Sendable {
  package struct Index: Sendable {
    package let records: Int64
    package let edges: Int
    package let bytes: Int
    /// Published records that it does not have yet.
    package let lag: Int64
    /// How long it took to have all that was there; nil while it loads.
    package let loadTime: Duration?

    package init(records: Int64, edges: Int, bytes: Int, lag: Int64, loadTime: Duration?) {
      self.records = records
      self.edges = edges
      self.bytes = bytes
      self.lag = lag
      self.loadTime = loadTime
    }
  }

  /// Nil where it has stepped aside.
  package let index: Index?
  /// Walks and steps by the engine that answered them.
  package let answers: [String: Int]

  package init(index: Index?, answers: [String: Int]) {
    self.index = index
    self.answers = answers
  }
}
