package import Canonical
package import Records
package import StemmaCrypto

/// What a lease asks for: one output of a view, as `POST leases` says it.
package struct WorkItem: Sendable {
  package let lease: String
  package let item: String
  package let attempt: Int64
  package let executor: String
  /// Of every attempt the same, so that all of them can make only one output.
  package let execution: Record
  package let sample: String
  package let view: Record
  package let context: JSONValue
  package let inputs: [Input]
  /// What is to be committed with the output.
  package let commitFirst: [Record]
  /// An output that is there already: nothing is to run.
  package let answer: Digest?
  /// An output of the view whose place this one takes.
  package let predecessor: Digest?

  package struct Input: Sendable {
    package let role: String
    package let ref: Digest
    package let kind: String
    /// Nil where its content was never recorded here.
    package let content: Content?
    /// The content is the list of a folder's files.
    package let isManifest: Bool
  }

  /// Reads one of `leases`.
  ///
  /// - Throws: `.job` where it is not what a server of this version says.
  package init(_ node: JSONNode) throws(WorkerError) {
    func text(_ value: JSONNode?, _ name: String) throws(WorkerError) -> String {
      guard let text = value?.text else { throw WorkerError(.job, "a lease without \(name)") }
      return text
    }
    lease = try text(node["lease"], "lease")
    item = try text(node["item"], "item")
    executor = try text(node["executor"], "executor")
    sample = try text(node["sample"], "sample")
    attempt = node["attempt"]?.integer ?? 1
    guard let view = node["record"], let context = node["context"], let run = node["execution"]
    else { throw WorkerError(.job, "a lease without its view, context or execution") }
    execution = try WorkRecords.record(JSONValue(run), or: .job)
    self.view = try WorkRecords.record(JSONValue(view), or: .job)
    guard self.view.digest == node["view"]?.digest else {
      throw WorkerError(.job, "a lease whose view has another digest than it says")
    }
    self.context = JSONValue(context)
    inputs = try Self.inputs(node["inputs"])
    var first: [Record] = []
    for record in node["commitFirst"]?.elements.map(\.self) ?? [] {
      first.append(try WorkRecords.record(JSONValue(record), or: .job))
    }
    commitFirst = first
    answer = node["answer"]?.digest
    predecessor = node["predecessor"]?.digest
  }

  private static func inputs(_ list: JSONNode?) throws(WorkerError) -> [Input] {
    var inputs: [Input] = []
    for node in list?.elements.map(\.self) ?? [] {
      guard let role = node["role"]?.text, let ref = node["ref"]?.digest,
        let kind = node["kind"]?.text
      else { throw WorkerError(.job, "an input without role, ref or kind") }
      let manifest = node["manifest"]
      var content: Content?
      if let node = manifest ?? node["content"] {
        guard let digest = node["digest"]?.digest, let size = node["size"]?.integer,
          let mediaType = node["mediaType"]?.text
        else { throw WorkerError(.job, "an input whose content has no digest") }
        content = Content(digest: digest, size: size, mediaType: mediaType)
      }
      inputs.append(
        Input(role: role, ref: ref, kind: kind, content: content, isManifest: manifest != nil))
    }
    return inputs
  }

  /// Of the view's output.
  package var mediaType: String { definition?["mediaType"]?.text ?? "application/octet-stream" }

  private var definition: JSONNode? {
    (try? JSONDocument(parsing: view.canonical).root)?["output"]
  }

  /// What the executor gets on standard input (schemas/FORMAT.md, section 12).
  package func job(in folder: JobFolder) -> JSONValue {
    var output: [(String, JSONValue)] = [("folder", .string(folder.output))]
    for (key, value) in definition?.members.map(\.self) ?? [] {
      output.append((key.text ?? "", JSONValue(value)))
    }
    return [
      "v": 1, "executor": .string(executor), "view": .string(view.digest.description),
      "record": .raw(view.canonical), "context": context,
      "inputs": .array(
        inputs.enumerated().map { $0.element.json(folder.path(ofInput: $0.offset)) }),
      "output": .object(output), "execution": .raw(execution.canonical),
      "sample": .string(sample), "attempt": .integer(attempt),
    ]
  }
}

extension WorkItem.Input {
  fileprivate func json(_ path: String) -> JSONValue {
    .object(present: [
      "role": .string(role), "ref": .string(ref.description), "kind": .string(kind),
      "path": content.map { _ in .string(path) }, "isFolder": .bool(isManifest),
      "digest": content.map { .string($0.digest.description) },
      "mediaType": content.map { .string($0.mediaType) },
    ])
  }
}
