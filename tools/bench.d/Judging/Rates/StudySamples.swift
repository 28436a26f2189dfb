import Canonical
import Glibc
import Judging
import StemmaCrypto

/// The data of a few studies and what was judged of them, one JSON line each, for other software to judge.
struct StudySamples {
  let scenarios: [Scenario]
  let seed: UInt64

  /// Of each scenario at each effect.
  static let count = 10

  func write(to path: String) throws {
    guard let file = unsafe fopen(path, "w") else { throw BenchError("cannot write \(path)") }
    var isWritten = true
    for scenario in scenarios {
      for effect in [scenario.honest, 1, 2] {
        for repetition in 0..<Self.count {
          let line = try line(scenario, effect, repetition) + [UInt8(ascii: "\n")]
          isWritten = unsafe fwrite(line, 1, line.count, file) == line.count && isWritten
        }
      }
    }
    guard unsafe fclose(file) == 0, isWritten else { throw BenchError("cannot write \(path)") }
  }

  private func line(
    _ scenario: Scenario, _ effect: Double, _ repetition: Int
  ) throws -> [UInt8] {
    let study = "\(scenario.name) \(effect) sample \(repetition)"
    var draws = Draws(seed: seed, study: study)
    var pair = scenario.make(effect)
    pair.grow(to: scenario.size, &draws)
    let nothing = SHA256.digest(of: [])
    let judgement = try pair.judgement(
      Terms(
        compute: .undeclared,
        seeds: SeedRule(view: study, reference: nothing, recomputed: nothing)))
    return JSONValue.object(
      [
        ("study", .string(study)),
        (
          "kind",
          .string(
            scenario.form == "runs" || scenario.form == "curves"
              || scenario.form == "draws" ? scenario.form ?? "" : scenario.type.rawValue)
        ),
        ("judgement", judgement.json),
      ] + pair.data
    ).canonicalBytes()
  }
}
