// The kinds, as FORMAT.md section 4 has them, in its order.
extension Shape {
  /// The members of a kind beside `kind`, `v` and `salt`.
  static func of(_ kind: Kind) -> Shape {
    switch kind {
    case .input: input
    case .model: model
    case .context: context
    case .view: view
    case .recipe: recipe
    case .resolution: resolution
    case .device: device
    case .execution: execution
    case .rank: rank
    case .ended: ended
    case .attestation: attestation
    case .output: output
    case .verdict: verdict
    case .name: name
    case .retraction: retraction
    case .succession: succession
    case .label: label
    case .approval: approval
    case .erasure: erasure
    case .note: note
    }
  }

  private static let input = Shape.record(
    .input,
    .optional("content", .descriptor),
    .optional("manifest", .descriptor),
    .optional("unrecorded", .digest),
    .optional("obtainedBy", .set(of: .derivedFrom(.output))),
    .optional("rows", .rows),
    rules: .exactlyOne(["content", "manifest", "unrecorded"]),
    .needs("rows", oneOf: ["content", "manifest"]))

  private static let model = Shape.record(
    .model,
    .optional("content", .descriptor),
    .optional("manifest", .descriptor),
    .required("format", .text(.token)),
    .optional("tensorDigest", .digest),
    .optional("base", .set(of: .derivedFrom(.model))),
    .optional("promotedFrom", .derivedFrom(.output)),
    rules: .exactlyOne(["content", "manifest"]))

  private static let context = Shape.record(
    .context,
    .optional("code", .code),
    .optional("parameters", .free),
    .optional("decision", .free),
    .optional("executor", .text(.identifier)))

  private static let view = Shape.record(
    .view,
    .optional("model", .derivedFrom(.model)),
    .required("inputs", inputs(.derivedFrom(.input, .output, .model))),
    .required("context", .derivedFrom(.context)),
    .required("output", .outputDefinition),
    .required("determinism", .determinism),
    .optional("judging", .judging))

  private static let recipe = Shape.record(
    .recipe,
    .required("name", .text(.name)),
    .optional("model", .nameOr(.model)),
    .required("inputs", inputs(.nameOr(.input, .output, .model))),
    .required("context", .nameOr(.context)),
    .required("output", .outputDefinition),
    .required("determinism", .determinism),
    .optional("judging", .judging))

  private static let resolution = Shape.record(
    .resolution,
    .required("recipe", .associated(with: .recipe)),
    .required("view", .associated(with: .view)))

  private static let device = Shape.record(
    .device,
    .required("class", .text(.identifier)),
    .required("share", .share),
    .optional("driver", .text(.line)),
    .optional("runtime", .text(.line)),
    .optional("readings", .free))

  private static let execution = Shape.record(
    .execution,
    .required("id", .text(.uuid)),
    .required("gang", .gang))

  private static let rank = Shape.record(
    .rank,
    .required("execution", .associated(with: .execution)),
    .required("rank", .integer(0...999_999)),
    .required("attempt", .integer(0...1_000_000)),
    .required("devices", .list(.seenDevice, count: 1...1024)),
    .optional("placement", .placement),
    .optional("environment", .free),
    .optional("resumedFrom", .associated(with: .rank)),
    .required("startedAt", .time))

  private static let ended = Shape.record(
    .ended,
    .required("rank", .associated(with: .rank)),
    .required("endedAt", .time),
    .required("exit", .exit),
    .optional("use", .free))

  private static let attestation = Shape.record(
    .attestation,
    .required("rank", .associated(with: .rank)),
    .required("level", .integer(0...5)),
    .required("verifier", .text(.line)),
    .required("findings", .free))

  private static let output = Shape.record(
    .output,
    .required("view", .derivedFrom(.view)),
    .required("execution", .associated(with: .execution)),
    .required("devices", .set(of: .associated(with: .device))),
    .required("sample", .text(.token)),
    .required("producedAt", .time),
    .optional("key", .text(.line)),
    .optional("content", .descriptor),
    .optional("manifest", .descriptor),
    .optional("rows", .rows),
    .optional("compute", .compute),
    .optional("evidence", .descriptor),
    .optional("summary", .free),
    rules: .exactlyOne(["content", "manifest"]))

  private static let verdict = Shape.record(
    .verdict,
    .required("outputs", .set(of: .derivedFrom(.output), count: 2...10_000)),
    .required(
      "verdict",
      .oneOf([
        "bit_identical", "numerically_equivalent", "statistically_equivalent", "divergent",
        "inconclusive", "not_comparable",
      ])),
    .required("flags", .set(of: .text(.identifier), count: 0...100)),
    .required("tests", .list(.test, count: 0...100)),
    .optional("need", .need),
    .required("looks", .integer(1...1_000_000)),
    .required("method", .text(.token)))

  private static let name = Shape.record(
    .name,
    .required("name", .text(.name)),
    .required("target", .associatedWithAny),
    .optional("reason", .text(.prose)),
    .optional("basis", .set(of: .associated(with: .verdict, .output))),
    .optional("previous", .associated(with: .name)))

  private static let retraction = Shape.record(
    .retraction,
    .required("subject", .associatedWithAny),
    .required("reason", .text(.prose)),
    .required("effect", .oneOf(["ever", "from_now"])),
    .optional("replacement", .associatedWithAny),
    .optional("previous", .associated(with: .retraction)),
    rules: .differ("subject", "replacement"))

  private static let succession = Shape.record(
    .succession,
    .required("from", .associated(with: .view)),
    .required("to", .associated(with: .view)),
    .required("because", .set(of: .associatedWithAny)),
    rules: .differ("from", "to"))

  private static let label = Shape.record(
    .label,
    .required("subject", .associatedWithAny),
    .required("label", .text(.identifier)),
    .required("reason", .text(.prose)),
    .optional("previous", .associated(with: .label)))

  private static let approval = Shape.record(
    .approval,
    .required("subject", .associatedWithAny))

  private static let erasure = Shape.record(
    .erasure,
    .required("subject", .associatedWithAny),
    .required("what", .oneOf(["content", "body", "body_and_nonce", "row"])),
    .optional("row", .text(.line)),
    .required("reason", .text(.prose)),
    rules: .present("row", when: "what", is: "row"))

  private static let note = Shape.record(
    .note,
    .required("subject", .associatedWithAny),
    .required("note", .free))

  /// `inputs[] {role, ref}`.
  private static func inputs(_ reference: Shape) -> Shape {
    .set(
      of: .object(.required("role", .text(.identifier)), .required("ref", reference)),
      by: "role", "ref", count: noneOrMany)
  }

  /// A kind's table, with what every kind takes.
  private static func record(_ kind: Kind, _ members: Member..., rules: Rule...) -> Shape {
    let common: [Member] = [
      .required("kind", .oneOf([kind.text])),
      .required("v", .integer(1...1)),
      .optional("salt", .text(.salt)),
    ]
    return .object(sorted(members + common), rules: rules)
  }
}
