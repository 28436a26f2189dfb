import Canonical
import Lineage
import Records
import StemmaCrypto

/// Graphs that the renderers' tests draw.
enum SampleGraphs {
  /// A model trained on a CPU whose labels were made again on a slice of an A100, as a store would hold it:
  /// `labels` is the index of the first output, `verdict` of
  /// what compares both, `data` of what it all rests on.
  static func story() throws -> (
    pool: RecordPool, labels: Int64, verdict: Int64, data: Int64
  ) {
    var records = Committed()
    func content(_ digit: Character, _ size: Int64, _ type: String) -> JSONValue {
      [
        "digest": .string("sha256:" + String(repeating: digit, count: 64)), "size": .integer(size),
        "mediaType": .string(type),
      ]
    }
    let data = try records.add(.input, ["content": content("1", 57523, "application/gzip")])
    let context = try records.add(
      .context,
      [
        "parameters": ["c": 0.01, "maxIterations": 400, "layers": [64, 32]],
        "code": [
          "repository": "https://git.example/digits.git",
          "commit": "7f3c1d2e9a7f3c1d2e9a7f3c1d2e9a7f3c1d2e9a",
        ],
      ])
    let training = try records.add(
      .view, Self.view([["role": "data", "ref": data]], context, nil, "model", "bytes"))
    let cpu = try records.add(.device, ["class": "cpu", "share": ["mode": "whole"]])
    let run = try records.add(.execution, Self.execution("6f1c7c1e", system: "none", size: 1))
    let rank = try records.add(.rank, Self.rank(run, cpu, 0, "2026-11-24T10:00:00.000000Z"))
    let trained = try records.add(
      .output,
      [
        "view": training, "execution": run, "devices": [cpu], "sample": "0",
        "producedAt": "2026-11-24T10:00:05.000000Z",
        "content": content("2", 5330, "application/octet-stream"),
      ])
    _ = try records.add(
      .ended,
      ["rank": rank, "endedAt": "2026-11-24T10:00:06.000000Z", "exit": ["code": 0]])
    let model = try records.add(
      .model,
      [
        "content": content("2", 5330, "application/octet-stream"), "format": "npy",
        "promotedFrom": trained,
      ])
    let labelling = try records.add(
      .view, Self.view([["role": "data", "ref": data]], context, model, "labels", "labels"))
    let gang = try records.add(.execution, Self.execution("0b5a2c9d", system: "slurm", size: 2))
    let slice = try records.add(
      .device,
      [
        "class": "nvidia-a100-sxm4-40gb",
        "share": ["mode": "mig", "profile": "3g.20gb", "smCount": 42],
      ])
    _ = try records.add(.rank, Self.rank(gang, slice, 0, "2026-11-24T11:00:00.000000Z"))
    _ = try records.add(.rank, Self.rank(gang, slice, 1, "2026-11-24T11:00:01.000000Z"))
    let first = try records.add(
      .output,
      [
        "view": labelling, "execution": run, "devices": [cpu], "sample": "0",
        "key": "digits/labels",
        "producedAt": "2026-11-24T10:00:07.000000Z",
        "content": content("3", 2504, "application/x-npy"),
      ])
    let labels = records.last
    let second = try records.add(
      .output,
      [
        "view": labelling, "execution": gang, "devices": [slice], "sample": "0",
        "producedAt": "2026-11-24T11:00:07.000000Z",
        "content": content("4", 2504, "application/x-npy"),
      ])
    let both = [first, second].sorted {
      String(decoding: $0.canonicalBytes(), as: UTF8.self)
        < String(decoding: $1.canonicalBytes(), as: UTF8.self)
    }
    _ = try records.add(
      .verdict,
      [
        "outputs": .array(both), "verdict": "numerically_equivalent", "flags": ["few_rows"],
        "tests": [], "looks": 1, "method": "stemma-judging/1",
      ])
    let verdict = records.last
    _ = try records.add(.name, ["name": "models/digits@production", "target": model])
    _ = try records.add(
      .label, ["subject": data, "label": "pii", "reason": "handwriting\nof persons"])
    _ = try records.add(
      .retraction,
      ["subject": model, "reason": "trained on test rows", "effect": "ever"])
    return (records.pool, labels, verdict, 0)
  }

  /// One view over an input whose note is written by somebody who means harm.
  static func hostile() throws -> (pool: RecordPool, view: Int64) {
    var records = Committed()
    let input = try records.add(
      .input,
      ["unrecorded": .string("sha256:" + String(repeating: "9", count: 64))])
    let context = try records.add(.context, ["parameters": [hostileText: .string(hostileText)]])
    _ = try records.add(
      .view, Self.view([["role": "data", "ref": input]], context, nil, "x<b>\"y", "text"))
    _ = try records.add(.note, ["subject": input, "note": ["title": .string(hostileText)]])
    return (records.pool, 2)
  }

  /// Ends strings, elements, comments, lines and colours, and turns the reading direction.
  static let hostileText =
    "\"'`;]}-->\r\n</script><script>alert(1)</script><img src=x onerror=alert(2)>\u{1B}[31m\u{202E}&lt; \\N #35; %s"

  private static func view(
    _ inputs: [JSONValue], _ context: JSONValue, _ model: JSONValue?, _ name: String,
    _ type: String
  ) -> JSONValue {
    let output: JSONValue = [
      "name": .string(name), "type": .string(type), "mediaType": "application/x-npy",
    ]
    guard let model else {
      return [
        "inputs": .array(inputs), "context": context, "output": output,
        "determinism": "run_to_run",
      ]
    }
    return [
      "model": model, "inputs": .array(inputs), "context": context, "output": output,
      "determinism": "run_to_run",
    ]
  }

  private static func execution(
    _ id: String, system: String, size: Int64
  ) -> JSONValue {
    let id = JSONValue.string("\(id)-2d5a-4c7b-9a51-0d7a9c1f2b3e")
    return ["id": id, "gang": ["system": .string(system), "id": id, "size": .integer(size)]]
  }

  private static func rank(
    _ execution: JSONValue, _ device: JSONValue, _ rank: Int64, _ startedAt: String
  ) -> JSONValue {
    [
      "execution": execution, "rank": .integer(rank), "attempt": 0,
      "devices": [["device": device]], "startedAt": .string(startedAt),
    ]
  }

  /// Commits records and answers with their digests as members of later ones have them.
  private struct Committed {
    private var made = MadeRecords()
    private(set) var last: Int64 = -1

    var pool: RecordPool { made.pool }

    mutating func add(_ kind: Kind, _ members: JSONValue) throws -> JSONValue {
      let digest = try made.add(kind, members)
      last = try made.index(of: digest)
      return JSONValue(digest)
    }
  }
}
