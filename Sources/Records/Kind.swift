/// What a record says. The numbers are stored: they never change and are never used again.
package enum Kind: Int16, CaseIterable, Sendable {
  case input = 1
  case model = 2
  case context = 3
  case view = 4
  case recipe = 5
  case resolution = 6
  case device = 7
  case execution = 8
  case rank = 9
  case ended = 10
  case attestation = 11
  case output = 12
  case verdict = 13
  case name = 14
  case retraction = 15
  case succession = 16
  case label = 17
  case approval = 18
  case erasure = 19
  case note = 20

  /// The kind of that name; nil where there is none.
  package init?(named name: some StringProtocol) {
    guard let kind = Self.allCases.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
      return nil
    }
    self = kind
  }

  /// The value of the `kind` member.
  package var name: String { text.description }

  /// Written by the service alone: a client that commits one is refused.
  package var isReservedForService: Bool { self == .attestation || self == .erasure }

  /// Whether a record's own body can be destroyed. Not what later decisions are checked against: chains
  /// and their approvals, executions that ranks and outputs share, and erasures themselves.
  package var isBodyErasable: Bool {
    switch self {
    case .name, .retraction, .label, .approval, .erasure, .execution: false
    default: true
    }
  }

  /// `name` as a literal: it is compared with every record that comes in.
  var text: StaticString {
    switch self {
    case .input: "input"
    case .model: "model"
    case .context: "context"
    case .view: "view"
    case .recipe: "recipe"
    case .resolution: "resolution"
    case .device: "device"
    case .execution: "execution"
    case .rank: "rank"
    case .ended: "ended"
    case .attestation: "attestation"
    case .output: "output"
    case .verdict: "verdict"
    case .name: "name"
    case .retraction: "retraction"
    case .succession: "succession"
    case .label: "label"
    case .approval: "approval"
    case .erasure: "erasure"
    case .note: "note"
    }
  }
}
