import Canonical
import Testing

@testable import Judging

@Suite struct EnvelopeTests {
  private let device = Declaration.Device(class: "a100", share: "whole")
  private let other = Declaration.Device(class: "h100", share: "mig/1g")

  private func key(_ a: Declaration.Device, _ b: Declaration.Device) -> EnvelopeKey {
    EnvelopeKey(
      type: .tensor, model: "sha256:00", dtypes: [.fp32, .bf16], a, b, libraries: "cuda 12.8")
  }

  @Test func aPairHasNoOrder() {
    #expect(key(device, other) == key(other, device))
    #expect(
      key(device, other).text == "tensor|sha256:00|bf16+fp32|a100:whole|h100:mig/1g|cuda 12.8")
  }

  @Test func learntEnvelopesReplaceTheDefaults() throws {
    var learner = EnvelopeLearner()
    for i in 1...18 {
      learner.add(statistics: ["row_drift.max": 1e-3 * Double(i), "other": 9], isHonest: true)
    }
    #expect(learner.calibration(key(device, other), at: 5).limit("row_drift.max") == nil)
    learner.add(statistics: ["row_drift.max": 0.02], isHonest: true)
    learner.add(statistics: ["row_drift.max": 0.03], isHonest: false)
    let calibration = learner.calibration(key(device, other), at: 5)
    #expect(calibration.name.hasSuffix("@5") && calibration.envelopes.count == 1)
    #expect(agree(calibration.limit("row_drift.max") ?? 0, 0.025))
    #expect(calibration.envelopes["row_drift.max"]?.overlaps == false)
    learner.add(statistics: ["row_drift.max": 0.024], isHonest: false)
    let envelopes = learner.calibration(key(device, other), at: 6).envelopes
    #expect(envelopes["row_drift.max"]?.overlaps == true)

    // 0.02 lies outside bf16's default and inside what was learnt.
    let form = TensorForm(shape: [1, 2], storage: "f8")
    func judgement(_ calibration: Calibration?) throws -> Judgement {
      var judge = TensorJudge(
        terms: Terms(compute: .bf16, calibration: calibration), reference: form, recomputed: form)
      try judge.add(([1, 0] as [Double]).span, ([1, 0.02] as [Double]).span)
      return try judge.judgement()
    }
    #expect(try judgement(calibration).verdict == .numericallyEquivalent)
    #expect(try !judgement(calibration).flags.contains(.uncalibrated))
    #expect(try judgement(nil).verdict == .inconclusive)
    #expect(try judgement(nil).flags.contains(.uncalibrated))
  }

  @Test func calibrationsAreWrittenAndRead() throws {
    var learner = EnvelopeLearner()
    for i in 1...20 {
      learner.add(
        statistics: ["row_drift.max": 1e-3 * Double(i), "common_drift": 0], isHonest: true)
    }
    learner.add(statistics: ["row_drift.max": 0.5], isHonest: false)
    let calibration = learner.calibration(key(device, other), at: 7)
    let read = try Calibration(JSONDocument(parsing: calibration.json.canonicalBytes()).root)
    #expect(read == calibration)
    #expect(read.covers(.tensor, [.bf16, .fp32, .bf16]))
    #expect(!read.covers(.tensor, [.bf16]) && !read.covers(.labels, [.bf16, .fp32]))
  }

  @Test(arguments: [
    "[]", #"{"key":"k","index":0}"#, #"{"key":"k","index":-1,"envelopes":{}}"#,
    #"{"key":"k","index":0,"envelopes":{},"more":1}"#,
    #"{"key":"k","index":0,"envelopes":{"mood":{"pairs":20,"largest":1}}}"#,
    #"{"key":"k","index":0,"envelopes":{"common_drift":{"pairs":20}}}"#,
    #"{"key":"k","index":0,"envelopes":{"common_drift":{"pairs":20,"largest":-1}}}"#,
    #"{"key":"k","index":0,"envelopes":{"common_drift":{"pairs":20,"largest":1,"bad":2}}}"#,
  ])
  func calibrationsThatAreNotUnderstoodAreRefused(text: String) {
    #expect(throws: JudgingError(.declaration, "")) {
      try Calibration(JSONDocument(parsing: Array(text.utf8)).root)
    }
  }
}
