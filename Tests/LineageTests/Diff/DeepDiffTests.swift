import Canonical
import Lineage
import Records
import StemmaCrypto
import Testing

/// What two records rest on parts further up, or in shapes that are not a tree.
@Suite struct DeepDiffTests {
  /// Cleaning, training, and inference on other data.
  private struct Chain {
    var cleaning = TrainingRun(data: "raw", name: "clean", result: "cleaned")
    var training = TrainingRun(data: "extra", name: "model", result: "weights")
    var inference = TrainingRun(data: "asked", name: "labels", result: "answer")

    struct Digests {
      var cleaned: Digest
      var trained: Digest
      var model: Digest
      var answer: TrainingRun.Digests
    }

    func record(in made: inout MadeRecords, run: Int) throws -> Digests {
      var (cleaning, training, inference) = (cleaning, training, inference)
      (cleaning.run, training.run, inference.run) = (3 * run, 3 * run + 1, 3 * run + 2)
      let cleaned = try cleaning.record(in: &made).first
      training.inputs = [("clean", cleaned)]
      let trained = try training.record(in: &made).first
      let model = try made.add(
        .model,
        [
          "content": MadeRecords.content(training.result, "application/octet-stream"),
          "format": "npy", "promotedFrom": JSONValue(trained),
        ])
      inference.model = model
      return Digests(
        cleaned: cleaned, trained: trained, model: model,
        answer: try inference.record(in: &made))
    }
  }

  @Test func namesTrainingDataThreeLevelsUp() throws {
    var made = MadeRecords()
    var other = Chain()
    other.cleaning.data = "other raw"
    (other.cleaning.result, other.training.result) = ("other cleaned", "other weights")
    other.inference.result = "other answer"
    let (a, b) = (try Chain().record(in: &made, run: 0), try other.record(in: &made, run: 1))
    let diff = try made.difference(a.answer.first, b.answer.first)
    let path = "view.model.promotedFrom.view.inputs[clean].view.inputs[data]"
    #expect(diff.told == ["prescribed \(path) /content rows-3 rows-9"])
    #expect(diff.differences.map(\.reaches) == [true])
    #expect(diff.bytes == .differ)
    #expect(!diff.isOneView)
    #expect(try made.difference(a.model, b.model).told.count == 1)
  }

  /// Whatever differs above records with the same bytes is told, and that it cannot be the reason.
  @Test func saysWhatCannotBeTheReason() throws {
    var made = MadeRecords()
    var other = Chain()
    other.cleaning.data = "other raw"
    other.inference.driver = "580.10"
    other.inference.result = "other answer"
    let (a, b) = (try Chain().record(in: &made, run: 0), try other.record(in: &made, run: 1))
    let diff = try made.difference(a.answer.first, b.answer.first)
    #expect(
      diff.told == [
        #"observed devices /driver "570.86.15" "580.10""#,
        "prescribed view.model.promotedFrom.view.inputs[clean].view.inputs[data] /content rows-3 rows-9",
      ])
    #expect(diff.differences.map(\.reaches) == [true, false])
  }

  /// The model's bytes are the same, so an old difference above it explains no other answer.
  @Test func isNotFooledByADifferenceThatDoesNotReach() throws {
    var made = MadeRecords()
    var other = Chain()
    other.cleaning.data = "other raw"
    other.inference.result = "other answer"
    let (a, b) = (try Chain().record(in: &made, run: 0), try other.record(in: &made, run: 1))
    let diff = try made.difference(a.answer.first, b.answer.first)
    #expect(diff.told.first == "unexplained  /content rows-6 rows-12")
    #expect(diff.differences.map(\.reaches) == [true, false])
  }

  @Test func namesAModelThatWasPromotedFromAnotherSample() throws {
    var made = MadeRecords()
    let training = try TrainingRun().record(in: &made)
    let models = try [training.first, training.second].map { output in
      try made.add(
        .model,
        [
          "content": MadeRecords.content("weights", "application/octet-stream"), "format": "npy",
          "promotedFrom": JSONValue(output),
        ])
    }
    let diff = try made.difference(models[0], models[1])
    #expect(diff.differences.isEmpty)
    #expect(diff.bytes == .same)
    #expect(diff.shared.map(\.kind) == [.view, .device])
  }

  @Test func namesAModelWhoseOriginOnlyOneSideHas() throws {
    var made = MadeRecords()
    let training = try TrainingRun().record(in: &made)
    let promoted = try made.add(
      .model,
      [
        "content": MadeRecords.content("weights", "application/octet-stream"), "format": "npy",
        "promotedFrom": JSONValue(training.first),
      ])
    let brought = try made.add(
      .model, ["content": MadeRecords.content("bought"), "format": "npy"])
    let diff = try made.difference(promoted, brought)
    #expect(
      diff.told == [
        "prescribed promotedFrom  output -", "prescribed  /content rows-7 rows-6",
      ])
  }

  /// Two ways lead to one pair; it is looked at once, and told by the shorter one.
  @Test func visitsADiamondOnce() throws {
    var made = MadeRecords()
    func top(_ word: String, _ run: Int) throws -> Digest {
      let source = try TrainingRun(data: word, result: word, run: run).record(in: &made).first
      let left = try TrainingRun(
        data: "left", result: "l" + word, inputs: [("raw", source)], run: run + 1
      ).record(in: &made).first
      let right = try TrainingRun(
        data: "right", result: "r" + word, inputs: [("raw", source)], run: run + 2
      ).record(in: &made).first
      return try TrainingRun(
        data: "both", result: "b" + word, inputs: [("left", left), ("right", right)], run: run + 3
      ).record(in: &made).first
    }
    let (a, b) = (try top("one", 0), try top("other", 10))
    let diff = try made.difference(a, b)
    #expect(
      diff.told == [
        "prescribed view.inputs[left].view.inputs[raw].view.inputs[data] /content rows-3 rows-5"
      ])
  }

  @Test func pairsInputsOfOneRoleByNameThenOrder() throws {
    var made = MadeRecords()
    let old = try ["same", "named once", "first"].map { try made.input($0) }
    let move = try made.add(.name, ["name": "shards@v", "target": JSONValue(old[1])])
    let new = try ["fresh", "same", "named afterwards"].map { try made.input($0) }
    try made.add(
      .name,
      ["name": "shards@v", "target": JSONValue(new[2]), "previous": JSONValue(move)])
    let runs = try [old, new].enumerated().map { run, inputs in
      try TrainingRun(inputs: inputs.map { ("shard", $0) }, run: run).record(in: &made).first
    }
    let told = try made.difference(runs[0], runs[1]).told
    #expect(
      told == [
        "prescribed view.inputs[shard] /content rows-10 rows-16",
        "prescribed view.inputs[shard] /content rows-5 rows-5",
      ])
  }

  @Test func saysThatAnErasedContextCannotBeCompared() throws {
    var made = MadeRecords()
    let a = try TrainingRun().record(in: &made)
    let b = try TrainingRun(parameters: ["c": 1], result: "other", run: 1).record(in: &made)
    try made.erase(b.context)
    let told = try made.difference(a.first, b.first).told
    #expect(
      told == ["unreadable view.context  context context"])
  }

  @Test func namesTheFilesOfAFolder() throws {
    var made = MadeRecords()
    let manifests = [
      Self.manifest(["a": 1, "b": 2, "c": 3]), Self.manifest(["a": 1, "b": 9, "d": 4]),
    ]
    let folders = try manifests.map { bytes in
      try made.add(
        .input,
        [
          "manifest": [
            "digest": JSONValue(SHA256.digest(of: bytes)), "size": .integer(Int64(bytes.count)),
            "mediaType": "application/vnd.stemma.manifest.v1+json",
          ]
        ])
    }
    let runs = try folders.enumerated().map { run, folder in
      try TrainingRun(result: "r\(run)", inputs: [("folder", folder)], run: run)
        .record(in: &made).first
    }
    let plain = try made.difference(runs[0], runs[1])
    #expect(plain.told.count == 1)
    let wanted = plain.wantedManifests
    #expect(wanted == manifests.map { SHA256.digest(of: $0) })
    let files = try made.difference(
      runs[0], runs[1],
      manifests: Dictionary(zip(wanted, manifests), uniquingKeysWith: { a, _ in a }))
    #expect(
      files.told == [
        "prescribed view.inputs[folder] /manifest rows-2 rows-9 b",
        "prescribed view.inputs[folder] /manifest rows-3 - c",
        "prescribed view.inputs[folder] /manifest - rows-4 d",
      ])
    let lying = try made.difference(
      runs[0], runs[1], manifests: [wanted[0]: manifests[1], wanted[1]: manifests[0]])
    #expect(lying.told == plain.told)
  }

  @Test func saysWhatItDidNotLookAt() throws {
    var made = MadeRecords()
    let a = try TrainingRun().record(in: &made)
    let b = try TrainingRun(data: "other", run: 1).record(in: &made)
    var limits = LineageDiff.Limits()
    limits.pairs = 2
    let cut = try LineageDiff(made.lineage(of: a.first), made.lineage(of: b.first), limits: limits)
    #expect(cut.isCut)
    limits = LineageDiff.Limits()
    limits.listed = 1
    let listed = try LineageDiff(
      made.lineage(of: a.first), made.lineage(of: b.first), limits: limits)
    #expect(listed.isCut && listed.differences.count == 1)
  }

  /// A comparison that found nothing is none where it did not look everywhere.
  @Test func callsWhatItCouldNotCompareUnknown() throws {
    var made = MadeRecords()
    let a = try TrainingRun().record(in: &made)
    let b = try TrainingRun(run: 1).record(in: &made)
    let (first, second) = (try made.lineage(of: a.first), try made.lineage(of: b.first))
    #expect(try LineageDiff(first, second).outcome == .same)
    for truncation in [Truncation.depth, .edges, .nodes, .namespace] {
      var short = second
      short.truncation = truncation
      let diff = try LineageDiff(first, short)
      #expect(diff.differences.isEmpty && diff.outcome == .unknown)
      let text = DiffText(diff, first, short).lines[3]
      #expect(!text.contains("Nothing that is recorded differs"))
      var itself = first
      itself.truncation = truncation
      #expect(try LineageDiff(first, itself).outcome == .same)
    }
    var limits = LineageDiff.Limits()
    limits.pairs = 1
    let cut = try LineageDiff(first, second, limits: limits)
    #expect(cut.differences.isEmpty && cut.isCut && cut.outcome == .unknown)
    let other = try TrainingRun(parameters: ["c": 1], run: 2).record(in: &made)
    #expect(try made.difference(a.first, other.first).outcome == .differ)
    try made.erase(other.context)
    #expect(try made.difference(a.first, other.first).outcome == .unknown)
  }

  /// What one side lacks because the walk ended there is not said to be missing.
  @Test func doesNotTakeWhatIsNotListedForMissing() throws {
    var made = MadeRecords()
    let a = try TrainingRun().record(in: &made)
    let b = try TrainingRun(data: "other", run: 1).record(in: &made)
    var query = LineageQuery(
      start: [try made.index(of: b.first)], direction: .up, size: 1000, namespaces: ["main"])
    query.depth = 1
    let shallow = made.pool.lineage(query, .up)
    let diff = try LineageDiff(made.lineage(of: a.first), shallow)
    #expect(diff.truncation == .depth)
    #expect(
      diff.told == [
        "unreadable view.inputs[data]  input -", "unreadable view.context  context -",
      ])
  }

  private static func manifest(_ files: KeyValuePairs<String, Int64>) -> [UInt8] {
    let list = files.map { path, size -> JSONValue in
      [
        "path": .string(path), "size": .integer(size),
        "digest": JSONValue(SHA256.digest(of: Array("\(path) \(size)".utf8))),
      ]
    }
    return JSONValue.object([
      ("files", .array(list)), ("root", JSONValue(SHA256.digest(of: []))), ("v", 1),
    ]).canonicalBytes()
  }
}
