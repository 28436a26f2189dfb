import Canonical
import Records
import StemmaCrypto

/// One view over some data with two outputs, in a run of its own each. A test changes one member.
struct TrainingRun {
  var data = "rows"
  var parameters: JSONValue = ["c": 0.01, "steps": ["warm": 10, "all": 400]]
  var decision: JSONValue?
  var name = "model"
  var model: Digest?
  var share: JSONValue = ["mode": "whole"]
  var deviceClass = "nvidia-a100-sxm4-80gb"
  var driver = "570.86.15"
  var environment: JSONValue = ["image": "train:7", "threads": 8]
  var compute: JSONValue?
  var result = "weights"
  var gang = 1
  /// Ranks that start; the gang's size where nil.
  var started: Int?
  /// More inputs, by role.
  var inputs: [(role: String, ref: Digest)] = []
  /// Tells runs apart whose records would be the same.
  var run = 0

  struct Digests {
    var data: Digest
    var context: Digest
    var view: Digest
    var device: Digest
    var execution: Digest
    var first: Digest
    var second: Digest
  }

  func record(in made: inout MadeRecords) throws -> Digests {
    let data = try made.input(data)
    let context = try made.add(
      .context, .object(present: ["parameters": parameters, "decision": decision]))
    let all = [("data", data)] + inputs
    let sorted = all.sorted { ($0.0, $0.1.description) < ($1.0, $1.1.description) }
    let view = try made.add(
      .view,
      .object(present: [
        "model": model.map(JSONValue.init),
        "inputs": .array(sorted.map { ["role": .string($0.0), "ref": JSONValue($0.1)] }),
        "context": JSONValue(context),
        "output": [
          "name": .string(name), "type": "bytes", "mediaType": "application/octet-stream",
        ],
        "determinism": "run_to_run",
      ]))
    let device = try made.add(
      .device,
      ["class": .string(deviceClass), "share": share, "driver": .string(driver)])
    var outputs: [Digest] = []
    var execution = device
    for sample in 0..<2 {
      execution = try start(2 * run + sample, device, in: &made)
      outputs.append(
        try made.add(
          .output,
          .object(present: [
            "view": JSONValue(view), "execution": JSONValue(execution),
            "devices": [JSONValue(device)], "sample": .string("s\(sample)"),
            "producedAt": .string(MadeRecords.time(0)), "key": .string("run/\(run)/\(sample)"),
            "content": MadeRecords.content(result, "application/octet-stream"),
            "compute": compute,
          ])))
    }
    return Digests(
      data: data, context: context, view: view, device: device, execution: execution,
      first: outputs[0], second: outputs[1])
  }

  private func start(
    _ number: Int, _ device: Digest, in made: inout MadeRecords
  ) throws -> Digest {
    let digits = String(number)
    let id =
      "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    let execution = try made.add(
      .execution,
      [
        "id": .string(id),
        "gang": ["system": "none", "id": .string(id), "size": .integer(Int64(gang))],
      ])
    for rank in 0..<(started ?? gang) {
      let started = try made.add(
        .rank,
        [
          "execution": JSONValue(execution), "rank": .integer(Int64(rank)), "attempt": 0,
          "devices": [["device": JSONValue(device)]], "environment": environment,
          "startedAt": .string(MadeRecords.time(0)),
        ])
      try made.add(
        .ended,
        [
          "rank": JSONValue(started), "endedAt": .string(MadeRecords.time(5)),
          "exit": ["code": 0],
        ])
    }
    return execution
  }
}
