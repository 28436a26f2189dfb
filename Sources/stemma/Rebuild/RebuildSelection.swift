import ArgumentParser
import Canonical
import StemmaCrypto

/// What is to be rebuilt.
struct RebuildSelection: ParsableArguments {
  @Flag(help: "All views that are stale.")
  var stale = false

  @Option(help: ArgumentHelp("So many more outputs of one view.", valueName: "count"))
  var samples: Int?

  @Option(
    help: ArgumentHelp("More outputs of this view until they are decided on.", valueName: "view"))
  var untilDecided: Subject?

  @Option(help: ArgumentHelp("Goes on with a rebuild that was begun.", valueName: "id"))
  var rebuild: String?

  @Argument(help: "Views that are stale: \(Subject.spelling)")
  var views: [Subject] = []

  var isEmpty: Bool {
    !stale && samples == nil && untilDecided == nil && rebuild == nil && views.isEmpty
  }

  func validate() throws {
    let chosen = [
      stale, untilDecided != nil, rebuild != nil, samples != nil || !views.isEmpty,
    ].count { $0 }
    guard chosen <= 1 else {
      throw ValidationError(
        "--stale, views, --samples, --until-decided and --rebuild exclude each other")
    }
    if let samples, views.count != 1 || samples < 1 {
      throw ValidationError("--samples goes with one view, and a number from 1")
    }
  }

  /// The body of `POST rebuilds`, but what goes beside; nil where no rebuild is to be planned.
  func members(_ client: StemmaClient, on deviceClass: String?) async throws -> [(
    String, JSONValue
  )]? {
    if stale { return [("what", "stale")] }
    if let view = untilDecided ?? (samples == nil ? nil : views.first) {
      let digest = try await view.resolve(client)
      return [
        ("view", .string(digest.description)),
        samples.map { ("samples", .integer(Int64($0))) } ?? ("untilDecided", true),
      ] + (deviceClass.map { [("class", .string($0))] } ?? [])
    }
    guard !views.isEmpty else { return nil }
    var digests: [Digest] = []
    for view in views { digests.append(try await view.resolve(client)) }
    return [("views", .array(Set(digests).sorted().map { .string($0.description) }))]
  }
}
