import Canonical
import Judging
import Records
import StemmaCrypto
import Worker

/// An output with what judging needs of it.
struct JudgedOutput {
  let digest: Digest
  let type: OutputType
  let contract: Contract
  let dtypes: [ComputeType]
  let device: Declaration.Device?
  /// Driver and runtime, as envelopes are told apart by.
  let libraries: String
  /// Of the view; `none` where it has no model.
  let model: String
  /// Nil for a folder: its list is compared, not what is in it.
  let content: Digest?
  let mediaType: String
  let identity: Digest
  let evidence: (digest: Digest, mediaType: String)?

  /// Reads an output's record; `device` is that of its first device.
  ///
  /// - Throws: `JudgingError` where the view's contract is none that this version can keep to.
  init?(_ digest: Digest, record: JSONNode, view: JSONNode, device: JSONNode?) throws(JudgingError)
  {
    guard let type = view["output"]?["type"]?.text.flatMap(OutputType.init(rawValue:)),
      let descriptor = record["content"] ?? record["manifest"],
      let identity = descriptor["digest"]?.digest
    else { return nil }
    self.digest = digest
    self.type = type
    self.identity = identity
    content = record["content"] == nil ? nil : identity
    mediaType = descriptor["mediaType"]?.text ?? ""
    contract =
      try view["judging"].map { node throws(JudgingError) in try Contract(node) }
      ?? Contract()
    dtypes = (record["compute"]?["dtypes"]?.elements.compactMap(\.text) ?? [])
      .map(ComputeType.init(named:))
    self.device = try device.map { node throws(JudgingError) in try Declaration.Device(node) }
    libraries = [device?["driver"]?.text, device?["runtime"]?.text].compactMap(\.self)
      .joined(separator: "/")
    model = view["model"]?.text ?? "none"
    evidence = record["evidence"].flatMap { node in
      node["digest"]?.digest.map { ($0, node["mediaType"]?.text ?? "") }
    }
  }

  /// - Parameters:
  ///   - view: nil where outputs of two views are held against each other.
  ///   - evidence: where it lies.
  func declaration(view: Digest?, evidence: String?) -> Declaration {
    Declaration(
      view: view?.description, type: type, dtypes: dtypes, device: device, evidence: evidence)
  }

  /// What envelopes for this output beside another one are measured for; nil where a side does not say in what it was
  /// computed, or on what.
  func envelopeKey(with other: JudgedOutput) -> String? {
    guard let device, let second = other.device, !dtypes.isEmpty, !other.dtypes.isEmpty else {
      return nil
    }
    return EnvelopeKey(
      type: type, model: model, dtypes: dtypes + other.dtypes, device, second,
      libraries: Set([libraries, other.libraries]).sorted().joined(separator: "+")
    ).text
  }

  /// By which the readers of payloads tell formats apart that do not begin in their own way.
  static func suffix(of mediaType: String) -> String {
    switch mediaType {
    case "text/csv": ".csv"
    case "application/json", "application/jsonl", "application/jsonlines", "application/x-ndjson",
      "application/x-jsonlines", "application/json-lines":
      ".jsonl"
    case "application/x-npy": ".npy"
    default: mediaType.utf8.suffix(11).elementsEqual("safetensors".utf8) ? ".safetensors" : ""
    }
  }
}
