import Synchronization

/// Whether the service can do its work, and why not. Set by whoever runs it, read by `/readyz`.
package final class Health: Sendable {
  package enum Status: String, Sendable {
    case ready, draining, unavailable
    /// Reads are served; the log's signer refuses to go on.
    case readOnly = "read_only"
  }

  private let state = Mutex((status: Status.unavailable, reasons: ["starting"]))

  package init() {}

  package func set(_ status: Status, reasons: [String] = []) {
    state.withLock { $0 = (status, reasons) }
  }

  package var current: (status: Status, reasons: [String]) { state.withLock { $0 } }
}
