import Records
import StemmaCrypto
import Testing

@Suite struct ReferenceTests {
  /// FORMAT.md section 3, typed by hand: these and no others.
  static let derivations: Set<String> = [
    "input/obtainedBy/*", "model/base/*", "model/promotedFrom", "view/model", "view/inputs/*/ref",
    "view/context", "output/view", "verdict/outputs/*",
  ]

  /// Every other reference of FORMAT.md section 4.
  static let associations: Set<String> = [
    "recipe/inputs/*/ref", "recipe/context", "resolution/recipe", "resolution/view",
    "rank/execution", "rank/devices/*/device", "rank/resumedFrom", "ended/rank",
    "attestation/rank", "output/execution", "output/devices/*", "name/target", "name/basis/*",
    "name/previous", "retraction/subject", "retraction/replacement", "retraction/previous",
    "succession/from", "succession/to", "succession/because/*", "label/subject", "label/previous",
    "approval/subject", "erasure/subject", "note/subject",
  ]

  @Test func derivationIsWhatTheFormatSays() throws {
    var derivations = Set<String>()
    var associations = Set<String>()
    for example in Example.all where example.isGood {
      for reference in try example.judge().references {
        let place = example.folder + Self.generalised(reference.member)
        if reference.isDerivation {
          derivations.insert(place)
        } else {
          associations.insert(place)
        }
      }
    }
    #expect(derivations == Self.derivations)
    #expect(associations == Self.associations)
  }

  @Test func targetsAreOfTheKindsThatTheFormatSays() throws {
    let expected: [String: Set<Kind>] = [
      "input/obtainedBy/*": [.output], "model/base/*": [.model], "model/promotedFrom": [.output],
      "view/model": [.model], "view/inputs/*/ref": [.input, .output, .model],
      "view/context": [.context], "recipe/inputs/*/ref": [.input, .output, .model],
      "recipe/context": [.context], "resolution/recipe": [.recipe], "resolution/view": [.view],
      "rank/execution": [.execution], "rank/devices/*/device": [.device],
      "rank/resumedFrom": [.rank], "ended/rank": [.rank], "attestation/rank": [.rank],
      "output/view": [.view], "output/execution": [.execution], "output/devices/*": [.device],
      "verdict/outputs/*": [.output], "name/basis/*": [.verdict, .output],
      "name/previous": [.name], "retraction/previous": [.retraction], "succession/from": [.view],
      "succession/to": [.view], "label/previous": [.label],
    ]
    var seen = Set<String>()
    for example in Example.all where example.isGood {
      for reference in try example.judge().references {
        let place = example.folder + Self.generalised(reference.member)
        seen.insert(place)
        let kinds = Set(Kind.allCases.filter(reference.expects.contains))
        #expect(kinds == expected[place] ?? Set(Kind.allCases), "\(place)")
      }
    }
    #expect(seen == Self.derivations.union(Self.associations))
  }

  @Test func comeInTheOrderOfTheCanonicalBytes() throws {
    let (a, b) = (digest("a"), digest("b"))
    let view = try record(
      """
      {"v": 1, "output": {"name": "x", "type": "text", "mediaType": "text/plain"},
       "model": "\(a)", "kind": "view", "determinism": "run_to_run", "context": "\(b)",
       "inputs": [{"role": "p", "ref": "\(b)"}, {"ref": "\(a)", "role": "q"}]}
      """)
    #expect(
      view.references.map(\.member) == ["/context", "/inputs/0/ref", "/inputs/1/ref", "/model"])
    #expect(view.references.map(\.role) == [nil, "p", "q", nil])
    #expect(view.references.map(\.target) == [b, b, a, a])
  }

  @Test func aRecipeRefersByDigestAndNotByName() throws {
    let recipe = try record(
      """
      {"kind": "recipe", "v": 1, "name": "r", "model": "\(digest("m"))", "context": "contexts/c",
       "inputs": [{"role": "a", "ref": "data/x@latest"}, {"role": "b", "ref": "\(digest("b"))"}],
       "output": {"name": "x", "type": "text", "mediaType": "text/plain"},
       "determinism": "run_to_run"}
      """)
    #expect(recipe.references.map(\.member) == ["/inputs/1/ref", "/model"])
    #expect(recipe.references.allSatisfy { !$0.isDerivation })
    #expect(
      recipe.references.map(\.expects) == [KindSet(.input, .output, .model), KindSet(.model)])
  }

  /// Digests that nothing has to be there for.
  @Test func descriptorsAndUnrecordedAreNoReferences() throws {
    let d = digest("x")
    let model = try record(
      """
      {"kind": "model", "v": 1, "format": "onnx", "tensorDigest": "\(d)",
       "content": {"digest": "\(d)", "size": 1, "mediaType": "a/b"}}
      """)
    #expect(model.references.isEmpty)
    #expect(try record(#"{"kind":"input","v":1,"unrecorded":"\#(d)"}"#).references.isEmpty)
  }

  /// `/inputs/3/ref` as `/inputs/*/ref`.
  private static func generalised(_ pointer: String) -> String {
    pointer.split(separator: "/").map { "/" + (Int($0) == nil ? $0 : "*") }.joined()
  }
}
