import Canonical
import Lineage
import Records
import StemmaCrypto
import Testing

/// One thing is changed between two runs: the difference is that, and nothing else.
@Suite struct LineageDiffTests {
  @Test func namesOneHyperParameter() throws {
    let told = try difference { $0.parameters = ["c": 0.1, "steps": ["warm": 10, "all": 400]] }
    #expect(told == ["prescribed view.context /parameters/c 0.01 0.1"])
  }

  @Test func namesAParameterThatOnlyOneHas() throws {
    let told = try difference {
      $0.parameters = ["c": 0.01, "steps": ["all": 400], "a/b~c": [1, 2]]
    }
    #expect(
      told == [
        "prescribed view.context /parameters/steps/warm 10 -",
        "prescribed view.context /parameters/a~1b~0c - [1,2]",
      ])
  }

  @Test func namesTheDeviceClass() throws {
    let told = try difference { $0.deviceClass = "nvidia-h100-sxm5-80gb" }
    #expect(
      told == [#"observed devices /class "nvidia-a100-sxm4-80gb" "nvidia-h100-sxm5-80gb""#])
  }

  @Test func namesTheShareOfTheDevice() throws {
    let told = try difference { $0.share = ["mode": "mig", "profile": "3g.40gb"] }
    #expect(
      told == [
        #"observed devices /share/mode "whole" "mig""#,
        #"observed devices /share/profile - "3g.40gb""#,
      ])
  }

  @Test func namesTheDriver() throws {
    let told = try difference { $0.driver = "580.10" }
    #expect(told == [#"observed devices /driver "570.86.15" "580.10""#])
  }

  @Test func namesAnEnvironmentMemberOnceForAllRanks() throws {
    let told = try difference(of: TrainingRun(gang: 4)) {
      $0.environment = ["image": "train:7", "threads": 16]
    }
    #expect(told == ["observed execution.execution /environment/threads 8 16"])
  }

  @Test func namesBatchAndSeeds() throws {
    let run = TrainingRun(compute: [
      "batchSize": 8, "batchPosition": 0, "dtypes": ["fp32"], "seeds": ["torch": "1"],
    ])
    let told = try difference(of: run) {
      $0.compute = [
        "batchSize": 32, "batchPosition": 5, "dtypes": ["bf16", "fp32"], "seeds": ["torch": "2"],
      ]
    }
    #expect(
      told == [
        "observed  /compute/batchPosition 0 5", "observed  /compute/batchSize 8 32",
        #"observed  /compute/dtypes ["fp32"] ["bf16","fp32"]"#,
        #"observed  /compute/seeds/torch "1" "2""#,
      ])
  }

  @Test func namesTheGangAndItsRanks() throws {
    let told = try difference { ($0.gang, $0.started) = (2, 2) }
    #expect(
      told == ["observed execution /gang/size 1 2", "observed execution.execution  - rank"])
  }

  @Test func namesOneInput() throws {
    let told = try difference { $0.data = "other rows" }
    #expect(told == ["prescribed view.inputs[data] /content rows-4 rows-10"])
  }

  @Test func saysThatNothingRecordedExplainsOtherBytes() throws {
    let told = try difference { $0.result = "other weights" }
    #expect(told == ["unexplained  /content rows-7 rows-13"])
  }

  @Test func findsNothingBetweenTwoSamplesThatAreAlike() throws {
    var made = MadeRecords()
    let run = try TrainingRun().record(in: &made)
    let diff = try made.difference(run.first, run.second)
    #expect(diff.differences.isEmpty)
    #expect(diff.isOneView)
    #expect(diff.bytes == .same)
    #expect(diff.outcome == .same)
    #expect(diff.shared.map(\.kind) == [.view, .device])
    let same = try made.difference(run.first, run.first)
    #expect(same.outcome == .same && same.bytes == .same)
  }

  /// Changes one thing of a run; both are in one store.
  private func difference(
    of run: TrainingRun = TrainingRun(), _ change: (inout TrainingRun) -> Void
  ) throws -> [String] {
    var made = MadeRecords()
    var other = run
    other.run = 1
    change(&other)
    let (a, b) = (try run.record(in: &made), try other.record(in: &made))
    let diff = try made.difference(a.first, b.first)
    #expect(diff.truncation.isEmpty && !diff.isCut && diff.outcome == .differ)
    #expect(diff.differences.allSatisfy(\.reaches) || diff.bytes == .same)
    #expect(diff.isOneView == (a.view == b.view))
    return diff.told
  }
}

extension MadeRecords {
  func difference(
    _ a: Digest, _ b: Digest, manifests: [Digest: [UInt8]] = [:]
  ) throws -> LineageDiff {
    try LineageDiff(try lineage(of: a), try lineage(of: b), manifests: manifests)
  }
}

extension LineageDiff {
  /// Each difference in a line: nature, path, pointer and both values; of content only how much it is.
  var told: [String] {
    differences.map { difference in
      func value(_ side: Side?) -> String {
        guard let side else { return "-" }
        if difference.pointer.isEmpty { return side.kind.name }
        guard let value = side.value else { return "-" }
        return value["size"]?.integer.map { "rows-\($0)" }
          ?? String(decoding: value.canonicalBytes(), as: UTF8.self)
      }
      let path = difference.path.map { step in
        step.member.name + (step.role.map { "[\($0)]" } ?? "")
      }.joined(separator: ".")
      return [
        difference.nature.rawValue, path, difference.pointer, value(difference.a),
        value(difference.b),
      ].joined(separator: " ") + (difference.file.map { " \($0)" } ?? "")
    }
  }
}
