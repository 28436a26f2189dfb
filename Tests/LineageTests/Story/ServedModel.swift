import Canonical
import Lineage
import Records
import StemmaCrypto

/// A model that was trained, was given a name, and answered.
struct ServedModel {
  let training: TrainingRun.Digests
  let model: Digest
  /// The record that moved `models/m@production` to it.
  let move: Digest
  let run: TrainingRun.Digests

  init(
    in made: inout MadeRecords, training: TrainingRun = TrainingRun(),
    inference: TrainingRun = TrainingRun(data: "asked", name: "labels", result: "answer", run: 1)
  ) throws {
    self.training = try training.record(in: &made)
    try made.add(.name, ["name": "datasets/d@latest", "target": JSONValue(self.training.data)])
    model = try made.add(
      .model,
      [
        "content": MadeRecords.content("weights", "application/octet-stream"), "format": "npy",
        "promotedFrom": JSONValue(self.training.first),
      ])
    move = try made.add(.name, ["name": "models/m@production", "target": JSONValue(model)])
    var inference = inference
    inference.model = model
    run = try inference.record(in: &made)
  }
}

extension MadeRecords {
  /// With all other outputs of its view looked at.
  func story(of digest: Digest) throws -> Story {
    let graph = try lineage(of: digest)
    let view = graph.nodes.first { $0.kind == .view && ($0.distance ?? 0) >= -1 }
    return try Story(of: graph, siblings: view.map { try lineage(of: $0.digest, .down) })
  }
}

extension Story {
  /// The sentences on a topic, without the records that they rest on.
  func told(_ topic: Topic) -> [String] {
    sections.filter { $0.topic == topic }.flatMap { $0.sentences.map(\.text) }
  }
}
