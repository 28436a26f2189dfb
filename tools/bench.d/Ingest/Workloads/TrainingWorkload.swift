import Canonical
import SeededRandom
import Store

/// A training pipeline: one commit an execution. Four inputs from a popular pool, a context of 1 KB, the
/// view over them, the execution, its one rank and its end, and two outputs whose records are 2 KB.
struct TrainingWorkload: Workload {
  static let unit = "execution"
  static let recordsPerUnit = 7

  private var random: SplitMix64
  private let pool: [SentRecord]
  private let popularity: Zipf
  private let device = sampleDevice()
  private var time: Int64 = 1_780_000_000_000_000

  init(seed: UInt64, poolSize: Int = 5000) {
    var random = SplitMix64(seed: seed)
    pool = (0..<poolSize).map { _ in
      SentRecord(
        "input",
        [
          (
            "content",
            descriptor(
              random.digest(), size: Int(random.next() % (1 << 30)),
              "application/vnd.apache.parquet")
          )
        ])
    }
    popularity = Zipf(count: poolSize)
    self.random = random
  }

  mutating func foundations() -> [[UInt8]] {
    let all = [device] + pool
    return stride(from: 0, to: all.count, by: 500).map { start in
      commitBody(Array(all[start..<min(start + 500, all.count)]))
    }
  }

  mutating func next() -> [UInt8] {
    let context = context()
    let view = view(context)
    let id = random.uuid()
    let execution = SentRecord(
      "execution",
      [
        ("id", .string(id)),
        (
          "gang",
          .object([("system", .string("ray")), ("id", .string(id)), ("size", .integer(1))])
        ),
      ])
    let rank = rank(of: execution)
    let outputs = (1...2).map { output(of: view, execution, sample: "step-\($0)000") }
    let ended = SentRecord(
      "ended",
      [
        ("rank", .string(rank.digest)), ("endedAt", .string(tick())),
        ("exit", .object([("code", .integer(0))])),
      ])
    return commitBody([context, view, execution, rank] + outputs + [ended])
  }

  private mutating func tick() -> String {
    time += Int64(random.next() % 1_000_000) + 1
    return Timestamp(microseconds: time).description
  }

  private mutating func context() -> SentRecord {
    let stages = (0..<6).map { stage in
      JSONValue.object([
        ("name", .string("stage-\(stage)")), ("dropout", .double(random.unit())),
        ("hidden", .integer(Int64(64 << (random.next() % 5)))), ("activation", .string("gelu")),
      ])
    }
    return SentRecord(
      "context",
      [
        (
          "code",
          .object([
            ("repository", .string("https://git.example.org/models/claims")),
            ("commit", .string(random.hex(40))),
          ])
        ),
        (
          "parameters",
          .object([
            ("optimizer", .string("adamw")), ("learningRate", .double(random.unit() / 1000)),
            ("weightDecay", .double(random.unit() / 10)), ("epochs", .integer(40)),
            ("batchSize", .integer(256)), ("seed", .string(String(random.next()))),
            ("stages", .array(stages)), ("remark", .string(random.prose(230))),
          ])
        ),
      ])
  }

  private mutating func view(_ context: SentRecord) -> SentRecord {
    var drawn: [Int] = []
    while drawn.count < 4 {
      let number = popularity.draw(&random)
      if !drawn.contains(number) { drawn.append(number) }
    }
    let inputs = zip(["base", "evaluation", "labels", "train"], drawn).map { role, number in
      JSONValue.object([("role", .string(role)), ("ref", .string(pool[number].digest))])
    }
    return SentRecord(
      "view",
      [
        ("inputs", .array(inputs)), ("context", .string(context.digest)),
        (
          "output",
          .object([
            ("name", .string("probabilities")), ("type", .string("probabilities")),
            ("mediaType", .string("application/vnd.apache.parquet")),
          ])
        ), ("determinism", .string("run_to_run")),
      ])
  }

  private mutating func rank(of execution: SentRecord) -> SentRecord {
    SentRecord(
      "rank",
      [
        ("execution", .string(execution.digest)), ("rank", .integer(0)), ("attempt", .integer(0)),
        (
          "devices",
          .array([
            .object([("device", .string(device.digest)), ("uuid", .string("GPU-\(random.uuid())"))])
          ])
        ),
        (
          "environment",
          .object([
            ("image", .string(random.digest())), ("python", .string("3.12.4")),
            ("torch", .string("2.5.1")), ("threads", .integer(16)),
          ])
        ), ("startedAt", .string(tick())),
      ])
  }

  private mutating func output(
    of view: SentRecord, _ execution: SentRecord, sample: String
  ) -> SentRecord {
    let scores = (0..<64).map { _ in JSONValue.double(random.unit()) }
    return SentRecord(
      "output",
      [
        ("view", .string(view.digest)), ("execution", .string(execution.digest)),
        ("devices", .array([.string(device.digest)])), ("sample", .string(sample)),
        ("producedAt", .string(tick())),
        (
          "content",
          descriptor(random.digest(), size: 8_388_608, "application/vnd.apache.parquet")
        ),
        (
          "compute",
          .object([
            ("dtypes", .array([.string("bfloat16"), .string("float32")])),
            ("batchSize", .integer(256)),
            ("seeds", .object([("dropout", .string(String(random.next())))])),
          ])
        ), ("summary", .object([("loss", .double(random.unit())), ("scores", .array(scores))])),
      ])
  }
}
