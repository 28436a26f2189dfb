/// On what terms two outputs are compared: all that a judge is told before it reads a number.
package struct Terms: Sendable {
  package var contract: Contract
  /// The coarser of the two sides' coarsest compute types.
  package var compute: ComputeType
  /// Whether the two sides computed in different types.
  package var computeDiffers: Bool
  package var looks: Looks
  package var seeds: SeedRule
  /// Measured envelopes, in place of the defaults.
  package var calibration: Calibration?

  package init(
    contract: Contract = Contract(), compute: ComputeType, computeDiffers: Bool = false,
    looks: Looks = .single, seeds: SeedRule = .unnamed, calibration: Calibration? = nil
  ) {
    self.contract = contract
    self.compute = compute
    self.computeDiffers = computeDiffers
    self.looks = looks
    self.seeds = seeds
    self.calibration = calibration
  }

  /// Whether the two may be compared at all: rung 0, decided before a number is read.
  package enum Admission: Sendable {
    case admitted(Terms)
    case refused(Judgement)
  }

  /// Compares what the two sides declare.
  ///
  /// Refused is: another view, type or schema; a compute type that the contract does not admit, or that is
  /// not known to this version where the contract is silent. Types that nobody recorded are no types that
  /// were refused: the pair is compared without a numerical envelope, unless the contract names what it
  /// admits. `bytes`, whose only test is equality, need no type.
  package static func admit(
    reference: Declaration, recomputed: Declaration, contract: Contract,
    looks: Looks = .single, seeds: SeedRule = .unnamed, calibration: Calibration? = nil
  ) -> Admission {
    var reasons: [String] = []
    if let a = reference.view, let b = recomputed.view, !a.utf8.elementsEqual(b.utf8) {
      reasons.append("outputs of two views: \(a) and \(b)")
    }
    if reference.type != recomputed.type {
      reasons.append(
        "the reference is \(reference.type.rawValue), the recomputed output \(recomputed.type.rawValue)"
      )
    }
    if let a = reference.schema, let b = recomputed.schema, !a.utf8.elementsEqual(b.utf8) {
      reasons.append("the schemas differ: \(a) and \(b)")
    }
    for (side, name) in [(reference, "reference"), (recomputed, "recomputed output")]
    where reference.type != .bytes {
      if side.dtypes.isEmpty, contract.dtypes != nil {
        reasons.append("the \(name) declares no compute type, and the contract names some")
      }
      for type in side.dtypes where !contract.admits(type) {
        reasons.append("the \(name) was computed in \(type.name), which is not admitted")
      }
    }
    guard reasons.isEmpty else {
      return .refused(Judgement(.notComparable, looks: looks.number, findings: reasons))
    }
    let isDeclared = !reference.dtypes.isEmpty && !recomputed.dtypes.isEmpty
    let coarser = ComputeType.coarsest(of: reference.dtypes + recomputed.dtypes)
    return .admitted(
      Terms(
        contract: contract, compute: isDeclared ? coarser ?? .undeclared : .undeclared,
        computeDiffers: Set(reference.dtypes) != Set(recomputed.dtypes), looks: looks, seeds: seeds,
        calibration: calibration))
  }
}
