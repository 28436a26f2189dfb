package import StemmaCrypto

/// The state of rebuilds: who is at what, and until when.
///
/// Every change is one transaction and durable on return; where it is not known whether one happened, the call throws
/// `.outcomeUnknown` and may be made again. Time comes in as an argument: servers whose clocks differ by a second see
/// leases end a second apart, and no more.
package protocol RebuildStorage: Sendable {
  /// Stores a rebuild and its items. Again with the same id: nothing is changed.
  func create(
    _ rebuild: Rebuild, _ items: [RebuildItem], in namespace: Namespace
  ) async throws(StoreError)

  /// Nil where the namespace has none of that id.
  func rebuild(_ id: WorkID, in namespace: Namespace) async throws(StoreError) -> Rebuild?

  /// The newest first, those with a smaller place than `after`.
  func rebuilds(
    after: Int64?, limit: Int, in namespace: Namespace
  ) async throws(StoreError) -> Page<Rebuild>

  /// By number, those with a larger one than `after`; in `state` alone where it is given.
  func items(
    of rebuild: WorkID, state: RebuildItem.State?, after: Int32, limit: Int,
    in namespace: Namespace
  ) async throws(StoreError) -> Page<RebuildItem>

  /// No item of it is leased any more; those that are may still be finished.
  /// - Returns: false where there is no such rebuild.
  func cancel(
    _ id: WorkID, in namespace: Namespace, now: Timestamp
  ) async throws(StoreError) -> Bool

  /// Gives out ready items under leases, the highest priority first, then the oldest. Two callers never get
  /// the same. Leases that are over at `request.now` end first: their items are ready again, or failed.
  func lease(
    _ request: LeaseRequest, in namespace: Namespace
  ) async throws(StoreError) -> [LeasedItem]

  /// The heartbeat of a lease.
  /// - Returns: when it ends now; nil where it is no longer the holder's.
  func renew(
    _ lease: WorkID, in namespace: Namespace, now: Timestamp
  ) async throws(StoreError) -> Timestamp?

  /// Says which view the item under this lease is for; false where the lease is lost.
  func aim(
    _ lease: WorkID, at view: Digest, in namespace: Namespace
  ) async throws(StoreError) -> Bool

  /// The item under a lease, whether that has ended or not; nil where another lease took its place, or none
  /// ever was.
  func item(under lease: WorkID, in namespace: Namespace) async throws(StoreError) -> RebuildItem?

  /// Ends a lease. What waited for an item that is done, and for nothing else, is ready then; what waited for one
  /// that will not be made is listed. The same said twice is said once. A lease that is over but whose
  /// item nobody took is as good as one that is not.
  /// - Returns: false where the lease is lost.
  func finish(
    _ lease: WorkID, _ outcome: WorkOutcome, in namespace: Namespace
  ) async throws(StoreError) -> Bool

  /// What is open, in all namespaces, by device class.
  func backlog() async throws(StoreError) -> [Backlog]
}

package struct LeaseRequest: Sendable {
  /// Who asks, for people.
  package var worker: String
  package var deviceClass: String
  /// What it can run.
  package var executors: [String]
  /// Of one rebuild alone; nil: of any.
  package var rebuild: WorkID?
  /// An id for each item that is wanted at the most.
  package var leases: [WorkID]
  package var seconds: Int32
  package var now: Timestamp

  package init(
    worker: String, deviceClass: String, executors: [String], rebuild: WorkID? = nil,
    leases: [WorkID], seconds: Int32, now: Timestamp
  ) {
    self.worker = worker
    self.deviceClass = deviceClass
    self.executors = executors
    self.rebuild = rebuild
    self.leases = leases
    self.seconds = seconds
    self.now = now
  }
}

package struct LeasedItem: Sendable {
  package let lease: WorkID
  package let item: RebuildItem

  package init(lease: WorkID, item: RebuildItem) {
    self.lease = lease
    self.item = item
  }
}

/// How an attempt ended.
package enum WorkOutcome: Sendable {
  case done(output: Digest)
  case failed(reason: String, complaint: [UInt8])
  /// Not done, and nothing is wrong with it: whoever had it has to stop.
  case returned
  /// It turned out that it cannot be run.
  case listed(reason: String)
}

/// Open items of one device class.
package struct Backlog: Sendable, Equatable {
  /// Where they must run, or where they ran before; nil where neither is known.
  package let deviceClass: String?
  /// Ready or waiting.
  package let items: Int64
  package let leased: Int64
  package let failed: Int64
  /// Expected, of those that ran before.
  package let milliseconds: Int64

  package init(
    deviceClass: String?, items: Int64, leased: Int64, failed: Int64, milliseconds: Int64
  ) {
    self.deviceClass = deviceClass
    self.items = items
    self.leased = leased
    self.failed = failed
    self.milliseconds = milliseconds
  }
}
