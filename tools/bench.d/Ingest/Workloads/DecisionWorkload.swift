import Canonical
import SeededRandom
import Store

/// A service that decides many times a second (DESIGN.md section 7): one execution for all of them, one
/// model and one context, and so one family of views. A commit a decision: the prompt, the passages that
/// were retrieved for it, the view and its output, with the three texts inside the commit.
struct DecisionWorkload: Workload {
  static let unit = "decision"
  static let recordsPerUnit = 4

  private var random: SplitMix64
  private let device = sampleDevice()
  private let model: SentRecord
  private let context: SentRecord
  private let execution: SentRecord
  private var count = 0
  private var time: Int64 = 1_780_000_000_000_000

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    model = SentRecord(
      "model",
      [
        ("content", descriptor(random.digest(), size: 16 << 30, "application/octet-stream")),
        ("format", .string("safetensors")),
      ])
    context = SentRecord(
      "context",
      [
        (
          "decision",
          .object([
            ("template", .string(random.prose(600))), ("temperature", .integer(0)),
            ("policy", .string("claims/2026-05")),
          ])
        )
      ])
    let id = random.uuid()
    execution = SentRecord(
      "execution",
      [
        ("id", .string(id)),
        (
          "gang",
          .object([("system", .string("none")), ("id", .string(id)), ("size", .integer(1))])
        ),
      ])
    self.random = random
  }

  mutating func foundations() -> [[UInt8]] {
    let rank = SentRecord(
      "rank",
      [
        ("execution", .string(execution.digest)), ("rank", .integer(0)), ("attempt", .integer(0)),
        ("devices", .array([.object([("device", .string(device.digest))])])),
        ("startedAt", .string(Timestamp(microseconds: time).description)),
      ])
    return [commitBody([device, model, context, execution, rank])]
  }

  mutating func next() -> [UInt8] {
    count += 1
    time += Int64(random.next() % 10_000) + 1
    // Numbered, so that no two prompts are one input: a commit brings four new records.
    let prompt = "Case \(count). \(random.prose(600))"
    let passages = "For case \(count): \(random.prose(1200))"
    let answer = "{\"decision\":\"refer\",\"case\":\(count),\"why\":\"\(random.hex(200))\"}"
    let inputs = [passages, prompt].map { SentRecord("input", [("content", descriptor(of: $0))]) }
    let view = SentRecord(
      "view",
      [
        ("model", .string(model.digest)),
        (
          "inputs",
          .array(
            zip(["passages", "prompt"], inputs).map { role, input in
              .object([("role", .string(role)), ("ref", .string(input.digest))])
            })
        ), ("context", .string(context.digest)),
        (
          "output",
          .object([
            ("name", .string("decision")), ("type", .string("text")),
            ("mediaType", .string("text/plain")),
          ])
        ), ("determinism", .string("not_guaranteed")),
      ])
    let output = SentRecord(
      "output",
      [
        ("view", .string(view.digest)), ("execution", .string(execution.digest)),
        ("devices", .array([.string(device.digest)])), ("sample", .string("0")),
        ("key", .string("decision-\(count)")),
        ("producedAt", .string(Timestamp(microseconds: time).description)),
        ("content", descriptor(of: answer)),
      ])
    return commitBody(inputs + [view, output], content: [prompt, passages, answer])
  }
}
