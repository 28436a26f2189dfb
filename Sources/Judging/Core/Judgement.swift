/// The outcome of judging: what a verdict record holds, and where the drift is, for people.
package struct Judgement: Sendable, Equatable {
  /// The version of the tests, `method` of a verdict record. A changed default is a new version.
  package static let method = "stemma-judging/1"

  package var verdict: Verdict
  package var flags: Set<Flag>
  /// Every statistic that was computed, unsigned where it is a drift, with the threshold used.
  package var tests: [Test]
  /// What would decide; only beside `inconclusive`.
  package var need: Need?
  /// How often this comparison has been looked at, this time included.
  package var looks: Int
  /// The index at which the envelopes in use were learnt (`Calibration.index`); nil for the defaults. Set
  /// by whoever gave the terms.
  package var envelopes: Int?
  /// Where and how much, one sentence each: for people, never for programs.
  package var findings: [String]

  package init(
    _ verdict: Verdict, flags: Set<Flag> = [], tests: [Test] = [], need: Need? = nil,
    looks: Int = 1, findings: [String] = []
  ) {
    self.verdict = verdict
    self.flags = flags
    self.tests = tests
    self.need = need
    self.looks = looks
    self.findings = findings
  }

  /// One statistic.
  package struct Test: Sendable, Equatable {
    /// `[a-z0-9][a-z0-9._-]{0,62}`; stable within a method version.
    package let name: String
    package let statistic: Double
    /// A confidence interval, where the verdict rests on one.
    package let interval: ClosedRange<Double>?
    /// Raw, never adjusted: adjusting needs the other verdicts of an audit (`Multiplicity`).
    package let pValue: Double?
    package let threshold: Double

    package init(
      _ name: String, _ statistic: Double, interval: ClosedRange<Double>? = nil,
      pValue: Double? = nil, threshold: Double
    ) {
      self.name = name
      self.statistic = statistic
      self.interval = interval
      self.pValue = pValue
      self.threshold = threshold
    }
  }

  /// How much more would decide.
  package struct Need: Sendable, Equatable {
    /// The unit; its text is in records.
    package enum Unit: String, Sendable {
      /// Items (rows, prompts' answers) of one output.
      case items
      /// Outputs on each side.
      case samples
      /// Runs with other seeds on each side.
      case seeds
      case prompts
      case completionsPerPrompt = "completions_per_prompt"
      case sequences
      case queries
      /// A pair of outputs with evidence stored.
      case evidence
      /// One more execution on the reference's own device class: two of three decide who drifted.
      case referenceRuns = "reference_runs"
      /// An absolute margin in the view's contract.
      case margin
    }

    package let of: Unit
    package let count: Int

    /// At least one, and never beyond what a record can hold.
    package init(_ count: Int, of unit: Unit) {
      of = unit
      self.count = min(max(count, 1), 1 << 53 - 1)
    }
  }

  /// The statistic of that name.
  package func test(_ name: String) -> Test? {
    tests.first { $0.name.utf8.elementsEqual(name.utf8) }
  }

  /// Divergent for a defect of structure, found before any statistic.
  package static func defect(_ flag: Flag, looks: Int = 1, _ finding: String) -> Judgement {
    precondition(flag.isStructural, "a defect that is none")
    return Judgement(.divergent, flags: [flag], looks: looks, findings: [finding])
  }
}
