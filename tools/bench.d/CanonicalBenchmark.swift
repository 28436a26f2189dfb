import ArgumentParser
import Canonical
import Foundation
import Records

struct CanonicalBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "canonical",
    abstract: "Canonical JSON and sealing against Foundation's parser.",
    discussion: """
      The records of both ingest workloads, as our clients send them (`canonical`) and with the members of every \
      object in another order and white space between (`written`). One thread. Figures are megabytes (10^6) of text a \
      second; ratios are taken round by round.
      """)

  @Option(help: "Commits of each workload that the corpus is made of.")
  var commits = 200

  @Option(help: "Rounds; in each, every measurement once.")
  var rounds = 7

  @Option(help: "Seed of the corpus.")
  var seed: UInt64 = 1

  func validate() throws {
    guard commits > 0, rounds > 0 else {
      throw ValidationError("at least one commit and one round")
    }
  }

  func run() throws {
    let canonical = try corpus()
    try measure("canonical", canonical)
    try measure("written", try canonical.map(Self.disordered))
  }

  /// Canonical bytes of the records.
  private func corpus() throws -> [[UInt8]] {
    var training = TrainingWorkload(seed: seed)
    var decisions = DecisionWorkload(seed: seed)
    let bodies = (0..<commits).flatMap { _ in [training.next(), decisions.next()] }
    return try bodies.flatMap { body in
      guard let records = try JSONDocument(parsing: body).root["records"] else {
        throw BenchError("a commit without records")
      }
      return records.elements.compactMap { $0["record"]?.canonicalBytes() }
    }
  }

  /// The same value with every object's members in reverse, and spaces.
  private static func disordered(_ canonical: [UInt8]) throws -> [UInt8] {
    func write(_ node: JSONNode, _ out: inout [UInt8]) {
      switch node.type {
      case .object:
        out += Array("{ ".utf8)
        for (position, member) in Array(node.members).reversed().enumerated() {
          if position > 0 { out += Array(", ".utf8) }
          write(member.key, &out)
          out += Array(": ".utf8)
          write(member.value, &out)
        }
        out += Array(" }".utf8)
      case .array:
        out += Array("[ ".utf8)
        for (position, element) in node.elements.enumerated() {
          if position > 0 { out += Array(", ".utf8) }
          write(element, &out)
        }
        out += Array(" ]".utf8)
      default: node.appendCanonical(to: &out)
      }
    }
    var out: [UInt8] = []
    write(try JSONDocument(parsing: canonical).root, &out)
    return out
  }

  private func measure(_ form: String, _ corpus: [[UInt8]]) throws {
    let megabytes = Double(corpus.reduce(0) { $0 + $1.count }) / 1e6
    let data = corpus.map { Data($0) }
    /// A sum over what was made, so that nothing can be left undone.
    let measurements: [(name: String, body: () throws -> Int)] = [
      ("parse", { try corpus.reduce(0) { $0 + (try JSONDocument(parsing: $1).root.count) } }),
      (
        "parse+canonicalise",
        {
          try corpus.reduce(0) { $0 + (try JSONDocument(parsing: $1).root.canonicalBytes().count) }
        }
      ),
      (
        "parse+check+seal",
        {
          try corpus.reduce(0) { sum, text in
            let draft = try RecordDraft(checking: try JSONDocument(parsing: text).root)
            return sum + (try draft.seal(handles: [:])).canonical.count
          }
        }
      ),
      (
        "Foundation parse",
        {
          try data.reduce(0) { sum, text in
            let value = try JSONSerialization.jsonObject(with: text) as? [String: Any]
            return sum + (value?.count ?? 0)
          }
        }
      ),
      (
        "Foundation parse+sortedKeys",
        {
          try data.reduce(0) { sum, text in
            let value = try JSONSerialization.jsonObject(with: text)
            return sum
              + (try JSONSerialization.data(withJSONObject: value, options: .sortedKeys)).count
          }
        }
      ),
    ]
    var rates = Array(repeating: [Double](), count: measurements.count)
    for round in 0...rounds {
      for (position, measurement) in measurements.enumerated() {
        let run = try timed(measurement.body)
        guard run.value > 0 else { throw BenchError("\(measurement.name) made nothing") }
        // The first round warms up. CPU, not wall: neighbours then count less.
        if round > 0 { rates[position].append(megabytes / run.cpu) }
      }
    }
    for (position, measurement) in measurements.enumerated() {
      func over(_ other: Int) -> JSONValue {
        Spread(zip(rates[position], rates[other]).map { $0 / $1 }).json
      }
      report([
        "bench": "canonical", "form": .string(form), "what": .string(measurement.name),
        "records": .count(corpus.count), "megabytesPerSecond": Spread(rates[position]).json,
        "overFoundationParse": over(3), "overFoundationSortedKeys": over(4),
      ])
    }
  }
}
