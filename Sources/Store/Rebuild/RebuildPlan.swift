package import StemmaCrypto

/// What a rebuild would do, and what it would take.
package struct RebuildPlan: Sendable {
  /// Which views.
  package enum Selection: Sendable {
    /// All that are stale.
    case stale
    /// These, and what they wait for.
    case views([Digest])
    /// More outputs of one view, on one device class where that is said.
    case samples(view: Digest, count: Int, deviceClass: String?)
    /// As many as its newest verdict says would decide it.
    case untilDecided(view: Digest, deviceClass: String?)

    package var name: String {
      switch self {
      case .stale: "stale"
      case .views: "views"
      case .samples, .untilDecided: "samples"
      }
    }

    var deviceClass: String? {
      switch self {
      case .stale, .views: nil
      case .samples(_, _, let deviceClass), .untilDecided(_, let deviceClass): deviceClass
      }
    }
  }

  package struct Expected: Sendable {
    package let deviceClass: String
    /// Items that will run whose like ran there before.
    package var items = 0
    /// For all of those.
    package var seconds = 0.0
    /// Past outputs that say so.
    package var runs = 0
  }

  /// The newest index of the snapshot.
  package let at: Int64
  package let items: [RebuildItem]
  /// By device class, sorted.
  package let expected: [Expected]
  /// Views of the selection that are not there.
  package var missing: [Digest] = []
}
