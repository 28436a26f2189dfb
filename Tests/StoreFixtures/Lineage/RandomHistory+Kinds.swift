import Records
import StemmaCrypto

extension RandomHistory {
  private static let time = "2026-01-01T00:00:00.000000Z"
  private static let output = #""output":{"name":"o","type":"text","mediaType":"text/plain"}"#
  /// One that would be nothing at all if somebody forgot to quote it.
  private static let roles = ["data", "null", "test-set", "train"]

  /// The members of a record of `kind`, beside those that all have; nil where what it needs is not there.
  mutating func members(of kind: Kind) -> String? {
    switch kind {
    case .input: content + optional("obtainedBy", pickSet([.output], random(0..<3)))
    case .model: model
    case .context: #""parameters":{"n":\#(serial)}"#
    case .view:
      pick([.context]).map { context in
        #""context":"\#(context)","inputs":\#(inputs)"# + optional("model", [.model]) + recipeEnd
      }
    case .recipe:
      #""name":"r/\#(serial)","context":\#(named([.context])),"inputs":\#(namedInputs),"model":\#(named([.model]))"#
        + recipeEnd
    case .resolution: pair(("recipe", [.recipe]), ("view", [.view]))
    case .device: #""class":"cpu-x86-64","share":{"mode":"whole"}"#
    case .execution: #""id":"\#(uuid)","gang":{"system":"none","id":"g","size":1}"#
    case .rank: rank
    case .ended: single("rank", [.rank], #","endedAt":"\#(Self.time)","exit":{"code":0}"#)
    case .attestation:
      single("rank", [.rank], #","level":0,"verifier":"stemma","findings":{"reason":"none"}"#)
    case .output: outputMembers
    case .verdict: verdict
    case .name: event("name", chain: "n/\(random(0..<3))")
    case .retraction: event("retraction", chain: nil)
    case .succession:
      pair(("from", [.view]), ("to", [.view])).flatMap { both in
        let because = pickSet(Kind.allCases, 2)
        return because.isEmpty ? nil : both + optional("because", because)
      }
    case .label: event("label", chain: nil)
    case .approval: single("subject", Kind.allCases, "")
    case .erasure: single("subject", Kind.allCases, #","what":"content","reason":"r""#)
    case .note: single("subject", Kind.allCases, #","note":{"n":\#(serial)}"#)
    }
  }

  private var content: String { content(SHA256.digest(of: Array("content \(serial)".utf8))) }

  private func content(_ digest: Digest) -> String {
    #""content":{"digest":"\#(digest)","size":9,"mediaType":"text/plain"}"#
  }

  private var uuid: String {
    let digits = String(serial)
    return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
  }

  private var recipeEnd: String { #","determinism":"run_to_run",\#(Self.output)"# }

  private var model: String {
    mutating get {
      let base = optional("base", pickSet([.model], random(0..<3))) + #","format":"onnx""#
      guard chance(50), let source = pick([.output]), let bytes = contents[source] else {
        return content + base
      }
      return content(bytes) + base + #","promotedFrom":"\#(source)""#
    }
  }

  private var rank: String? {
    mutating get {
      guard let execution = pick([.execution]) else { return nil }
      // A list: one class can be there many times.
      let devices = (0..<random(1..<5)).compactMap { _ in pick([.device]) }
        .map { #"{"device":"\#($0)"}"# }
      guard !devices.isEmpty else { return nil }
      return
        #""execution":"\#(execution)","rank":0,"attempt":\#(serial),"devices":[\#(devices.joined(separator: ","))],"startedAt":"\#(Self.time)""#
        + optional("resumedFrom", [.rank])
    }
  }

  private var outputMembers: String? {
    mutating get {
      let devices = pickSet([.device], random(1..<3))
      guard let view = pick([.view]), let execution = pick([.execution]), !devices.isEmpty else {
        return nil
      }
      return
        #""view":"\#(view)","execution":"\#(execution)","sample":"\#(serial)","producedAt":"\#(Self.time)",\#(content)"#
        + optional("devices", devices)
    }
  }

  private var verdict: String? {
    mutating get {
      let outputs = pickSet([.output], 4)
      guard outputs.count > 1 else { return nil }
      return
        #""verdict":"divergent","flags":[],"tests":[],"looks":1,"method":"m/1""#
        + optional("outputs", outputs)
    }
  }

  private var inputs: String {
    mutating get {
      let pairs = Set(
        (0..<random(0..<5)).compactMap { _ in
          pick([.input, .output, .model]).map { [Self.roles[random(0..<4)], $0.description] }
        })
      let list = pairs.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
      return "[" + list.map { #"{"ref":"\#($0[1])","role":"\#($0[0])"}"# }.joined(separator: ",")
        + "]"
    }
  }

  /// With a name among them, which is no reference.
  private var namedInputs: String {
    mutating get {
      let named = #"[{"ref":"data/x","role":"a-name"}"#
      let others = inputs.dropFirst()
      return named + (others == "]" ? "" : ",") + others
    }
  }

  private mutating func named(_ kinds: [Kind]) -> String {
    #""\#(chance(60) ? pick(kinds)?.description ?? "some/name" : "some/name")""#
  }

  private mutating func event(_ kind: String, chain name: String?) -> String? {
    guard let target = pick(Kind.allCases) else { return nil }
    let key = "\(place.name) \(kind) \(name ?? target.description)"
    let previous = chains[key].map { #","previous":"\#($0)""# } ?? ""
    let members =
      switch kind {
      case "name":
        #""name":"\#(name ?? "")","target":"\#(target)""#
          + optional("basis", pickSet([.verdict, .output], random(0..<3)))
      case "label": #""subject":"\#(target)","label":"secret","reason":"r""#
      default:
        #""subject":"\#(target)","reason":"r","effect":"ever""#
          + optional("replacement", Kind.allCases, but: target)
      }
    pendingChain = key
    return members + previous
  }

  private mutating func single(_ member: String, _ kinds: [Kind], _ rest: String) -> String? {
    pick(kinds).map { #""\#(member)":"\#($0)"\#(rest)"# }
  }

  private mutating func pair(
    _ first: (member: String, kinds: [Kind]), _ second: (member: String, kinds: [Kind])
  ) -> String? {
    guard let a = pick(first.kinds), let b = pick(second.kinds), a != b else {
      return nil
    }
    return #""\#(first.member)":"\#(a)","\#(second.member)":"\#(b)""#
  }

  private mutating func optional(
    _ member: String, _ kinds: [Kind], but other: Digest? = nil
  ) -> String {
    guard chance(60), let target = pick(kinds), target != other else { return "" }
    return #","\#(member)":"\#(target)""#
  }

  private func optional(_ member: String, _ targets: [Digest]) -> String {
    guard !targets.isEmpty else { return "" }
    return #","\#(member)":[\#(targets.map { "\"\($0)\"" }.joined(separator: ","))]"#
  }
}
