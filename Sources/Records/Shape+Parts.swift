// Parts that several kinds share, or that are too large for one line of a kind's table.
extension Shape {
  /// What a piece of content is, as in OCI.
  static let descriptor = Shape.object(
    .required("digest", .digest),
    .required("size", .integer(0...largestInteger)),
    .required("mediaType", .text(.mediaType)))

  /// Beside a descriptor: makes single rows of a table provable and erasable.
  static let rows = Shape.object(
    .required("count", .integer(1...largestInteger)),
    .required("key", .text(.line)),
    .required("root", .digest))

  static let code = Shape.object(
    .required("repository", .text(.line)),
    .required("commit", .text(.commit)))

  /// Which output a view defines.
  static let outputDefinition = Shape.object(
    .required("name", .text(.token)),
    .required(
      "type",
      .oneOf([
        "tensor", "probabilities", "labels", "scalars", "tokens", "text", "ranking", "bytes",
      ])),
    .required("mediaType", .text(.mediaType)))

  static let determinism = Shape.oneOf(["not_guaranteed", "run_to_run", "device_to_device"])

  /// The contract by which a view's outputs are compared.
  static let judging = Shape.object(
    .optional("dtypes", dtypes),
    .optional("margins", .map(.number(0...Double.infinity), count: 1...64)),
    .optional("nMax", .integer(1...largestInteger)),
    .optional("rows", .oneOf(["ordered", "keyed"])),
    rules: .notEmpty)

  /// What was effective when an output was made.
  static let compute = Shape.object(
    .optional("dtypes", dtypes),
    .optional("batchSize", .integer(1...largestInteger)),
    .optional("batchPosition", .integer(0...largestInteger)),
    .optional("parallelism", .free),
    .optional("seeds", .free),
    rules: .notEmpty)

  private static let dtypes = Shape.set(of: .text(.identifier), count: 1...16)

  /// Which part of a card.
  static let share = Shape.object(
    .required("mode", .oneOf(["whole", "mig", "mps", "time_sliced", "unknown"])),
    .optional("profile", .text(.token)),
    .optional("smCount", .integer(1...100_000)))

  static let gang = Shape.object(
    .required("system", .text(.identifier)),
    .required("id", .text(.line)),
    .required("size", .integer(1...1_000_000)))

  static let placement = Shape.object(
    .optional("cloud", .text(.line)),
    .optional("region", .text(.line)),
    .optional("zone", .text(.line)),
    .optional("cluster", .text(.line)),
    .optional("node", .text(.line)),
    .optional("pod", .text(.line)),
    .optional("fabric", .text(.line)),
    rules: .notEmpty)

  static let seenDevice = Shape.object(
    .required("device", .associated(with: .device)),
    .optional("uuid", .text(.token)),
    .optional("pciBusId", .text(.token)))

  /// How a rank ended. 137 could be a code or signal 9, so the case is named.
  static let exit = Shape.object(
    .optional("code", .integer(0...255)),
    .optional("signal", .integer(1...64)),
    .optional("unknown", .text(.prose)),
    rules: .exactlyOne(["code", "signal", "unknown"]))

  static let test = Shape.object(
    .required("name", .text(.identifier)),
    .required("statistic", .number),
    .optional("interval", .interval),
    .optional("pValue", .number(0...1)),
    .required("threshold", .number))

  /// How much more would decide a verdict.
  static let need = Shape.object(
    .required("of", .text(.identifier)),
    .required("count", .integer(1...largestInteger)))
}
