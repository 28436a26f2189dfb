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
  /// Refused is: another view, type or schema; compute types that nobody recorded, that the contract does
  /// not admit, or that are not known to this version where the contract is silent. Types do not matter
  /// to `bytes`, whose only test is equality, nor to labels and text where the contract is silent.
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
    let needsTypes = reference.type != .bytes
    for (side, name) in [(reference, "reference"), (recomputed, "recomputed output")]
    where needsTypes {
      if side.dtypes.isEmpty {
        reasons.append("the \(name) declares no compute type")
      }
      for type in side.dtypes where !contract.admits(type) {
        reasons.append("the \(name) was computed in \(type.name), which is not admitted")
      }
    }
    guard reasons.isEmpty else {
      return .refused(Judgement(.notComparable, looks: looks.number, findings: reasons))
    }
    let coarser = ComputeType.coarsest(of: reference.dtypes + recomputed.dtypes) ?? .fp64
    return .admitted(
      Terms(
        contract: contract, compute: coarser,
        computeDiffers: Set(reference.dtypes) != Set(recomputed.dtypes), looks: looks, seeds: seeds,
        calibration: calibration))
  }
}
