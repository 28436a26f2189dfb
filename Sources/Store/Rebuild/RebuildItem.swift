package import StemmaCrypto

/// One output that is to be made.
package struct RebuildItem: Sendable {
  package enum Goal: String, Sendable {
    /// An output of the view that takes the place of `view`.
    case successor
    /// One more output of `view` itself.
    case sample
  }

  package enum State: String, Sendable, CaseIterable {
    /// Something that it rests on is to be made before.
    case waiting
    case ready, leased, done
    /// Tried as often as may be: set aside, with what it said.
    case failed
    /// Not run, and `reason` says why.
    case listed
    case cancelled
  }

  /// Attempts that failed, after which an item is set aside.
  package static let maximumFailures: Int32 = 3
  /// Attempts of any end, after which a lease that runs out sets the item aside: it may be what its workers die of.
  package static let maximumAttempts: Int32 = 10
  /// Bytes of standard error that are kept.
  package static let maximumComplaint = 64 << 10

  package let id: WorkID
  /// In its rebuild, from 0; what it waits for has smaller ones.
  package let number: Int32
  package let view: Digest
  package let goal: Goal
  /// The device class where it must run; nil: anywhere.
  package let deviceClass: String?
  /// Nil where the view's context names none.
  package let executor: String?
  /// Numbers of the items that must be done before, ascending.
  package let after: [Int32]
  package let expected: Expected?
  package var state: State
  package var reason: String?
  package var attempts: Int32 = 0
  package var leasedBy: String?
  package var expiresAt: Timestamp?
  /// The view whose output it is to be, once somebody leased it.
  package var viewTo: Digest?
  package var output: Digest?
  /// The end of what the last attempt that failed said on standard error.
  package var complaint: [UInt8]?

  /// How long it took before.
  package struct Expected: Sendable, Equatable {
    package let deviceClass: String
    package let milliseconds: Int64

    package init(deviceClass: String, milliseconds: Int64) {
      self.deviceClass = deviceClass
      self.milliseconds = milliseconds
    }
  }

  package init(
    id: WorkID, number: Int32, view: Digest, goal: Goal, deviceClass: String? = nil,
    executor: String?, after: [Int32] = [], expected: Expected? = nil, state: State,
    reason: String? = nil
  ) {
    self.id = id
    self.number = number
    self.view = view
    self.goal = goal
    self.deviceClass = deviceClass
    self.executor = executor
    self.after = after
    self.expected = expected
    self.state = state
    self.reason = reason
  }
}
