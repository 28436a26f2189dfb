/// In which member of which kind a reference stands. The numbers are stored: they never change and are
/// never used again.
///
/// FORMAT.md section 4 has them all; those up to 8 are its derivations.
package enum ReferenceMember: Int16, CaseIterable, Sendable {
  case inputObtainedBy = 1
  case modelBase = 2
  case modelPromotedFrom = 3
  case viewModel = 4
  case viewInputs = 5
  case viewContext = 6
  case outputView = 7
  case verdictOutputs = 8

  case recipeModel = 16
  case recipeInputs = 17
  case recipeContext = 18
  case resolutionRecipe = 19
  case resolutionView = 20
  case rankExecution = 21
  case rankDevices = 22
  case rankResumedFrom = 23
  case endedRank = 24
  case attestationRank = 25
  case outputExecution = 26
  case outputDevices = 27
  case nameTarget = 28
  case nameBasis = 29
  case namePrevious = 30
  case retractionSubject = 31
  case retractionReplacement = 32
  case retractionPrevious = 33
  case successionFrom = 34
  case successionTo = 35
  case successionBecause = 36
  case labelSubject = 37
  case labelPrevious = 38
  case approvalSubject = 39
  case erasureSubject = 40
  case noteSubject = 41

  /// The member that `pointer`, a reference of a record of `kind`, leads into: `/inputs/3/ref` is one of
  /// `inputs`. Nil where that kind has no such reference.
  package init?(of kind: Kind, pointer: some StringProtocol) {
    let path = pointer.utf8.dropFirst()
    let member = path.prefix { $0 != UInt8(ascii: "/") }
    guard let found = Self.members[kind]?.first(where: { $0.name.utf8.elementsEqual(member) })
    else { return nil }
    self = found
  }

  /// Those that are no derivations and have this name, of whatever kind: `execution` is of ranks and outputs.
  package static func associations(named name: some StringProtocol) -> [Self] {
    associations.filter { $0.name.utf8.elementsEqual(name.utf8) }
  }

  package static let associations = allCases.filter { !$0.isDerivation }

  private static let members = Dictionary(grouping: allCases, by: \.kind)

  /// Whether truth flows along it: staleness and labels follow these and no others.
  package var isDerivation: Bool { rawValue <= Self.verdictOutputs.rawValue }

  /// The kind of the records that have this member.
  package var kind: Kind { place.kind }

  /// Kinds of the records that it may refer to.
  package var targetKinds: KindSet { Self.targets[self] ?? .any }

  private static let targets = Dictionary(
    uniqueKeysWithValues: allCases.map { member in
      // As FORMAT.md section 4 nests references.
      let pointers = ["", "/0", "/0/ref", "/0/device"].map { "/\(member.name)\($0)" }
      return (member, pointers.lazy.compactMap(member.kind.targets(ofMember:)).first ?? .any)
    })

  /// The member's name in those records.
  package var name: String { place.name }

  private var place: (kind: Kind, name: String) {
    switch self {
    case .inputObtainedBy: (.input, "obtainedBy")
    case .modelBase: (.model, "base")
    case .modelPromotedFrom: (.model, "promotedFrom")
    case .viewModel: (.view, "model")
    case .viewInputs: (.view, "inputs")
    case .viewContext: (.view, "context")
    case .outputView: (.output, "view")
    case .verdictOutputs: (.verdict, "outputs")
    case .recipeModel: (.recipe, "model")
    case .recipeInputs: (.recipe, "inputs")
    case .recipeContext: (.recipe, "context")
    case .resolutionRecipe: (.resolution, "recipe")
    case .resolutionView: (.resolution, "view")
    case .rankExecution: (.rank, "execution")
    case .rankDevices: (.rank, "devices")
    case .rankResumedFrom: (.rank, "resumedFrom")
    case .endedRank: (.ended, "rank")
    case .attestationRank: (.attestation, "rank")
    case .outputExecution: (.output, "execution")
    case .outputDevices: (.output, "devices")
    case .nameTarget: (.name, "target")
    case .nameBasis: (.name, "basis")
    case .namePrevious: (.name, "previous")
    case .retractionSubject: (.retraction, "subject")
    case .retractionReplacement: (.retraction, "replacement")
    case .retractionPrevious: (.retraction, "previous")
    case .successionFrom: (.succession, "from")
    case .successionTo: (.succession, "to")
    case .successionBecause: (.succession, "because")
    case .labelSubject: (.label, "subject")
    case .labelPrevious: (.label, "previous")
    case .approvalSubject: (.approval, "subject")
    case .erasureSubject: (.erasure, "subject")
    case .noteSubject: (.note, "subject")
    }
  }
}

/// A set of members, as cheap as an integer.
package struct MemberSet: Hashable, Sendable {
  private let bits: UInt64

  package init(_ members: some Sequence<ReferenceMember>) {
    bits = members.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
  }

  /// The edges along which truth flows.
  package static let derivations = MemberSet(
    ReferenceMember.allCases.filter(\.isDerivation))

  package func contains(_ member: ReferenceMember) -> Bool {
    bits & 1 << UInt64(member.rawValue) != 0
  }

  package func union(_ members: some Sequence<ReferenceMember>) -> MemberSet {
    MemberSet(self.members + Array(members))
  }

  /// Bit n is set where the member with the number n is one of them.
  package var mask: Int64 { Int64(bitPattern: bits) }

  /// In the order of their numbers.
  package var members: [ReferenceMember] { ReferenceMember.allCases.filter(contains) }
}
