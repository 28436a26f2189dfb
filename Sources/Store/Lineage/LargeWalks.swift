import Synchronization

/// Turns away walks of any size beyond a number at once: each may hold some hundred MB until its answer is sent.
package final class LargeWalks: Sendable {
  private let running = Mutex(0)
  private let limit: Int

  package init(limit: Int = 8) { self.limit = limit }

  /// - Returns: to be kept for as long as the answer is being made.
  /// - Throws: `.overloaded`.
  package func admit() throws(StoreError) -> Admission {
    let isAdmitted = running.withLock { running in
      guard running < limit else { return false }
      running += 1
      return true
    }
    guard isAdmitted else {
      throw StoreError(.overloaded, "\(limit) large answers about lineage are being made")
    }
    return Admission(of: self)
  }

  fileprivate func leave() { running.withLock { $0 -= 1 } }

  /// Ends with its last reference, however the request ends.
  package final class Admission: Sendable {
    private let walks: LargeWalks

    fileprivate init(of walks: LargeWalks) { self.walks = walks }

    deinit { walks.leave() }
  }
}
