internal import FileDigests
package import Judging
internal import StemmaCrypto

/// Two outputs in files, judged as was declared of them.
package struct FilePair: Sendable {
  let reference: String
  let recomputed: String
  let declared: DeclaredPair

  /// - Parameters: paths of the two files, and what is declared of them.
  package init(reference: String, recomputed: String, declared: DeclaredPair) {
    self.reference = reference
    self.recomputed = recomputed
    self.declared = declared
  }

  /// Reads both files and judges them.
  ///
  /// - Parameters:
  ///   - seeds: for Monte Carlo tests; where a store knows the digests, it says so. Else the files are
  ///     asked (`fileSeeds`).
  ///   - calibration: measured envelopes, for outputs of this type in these compute types; others are refused as
  ///     `mismatched`.
  /// - Throws: `PayloadError` where a file cannot be read as what was declared; that is no verdict.
  package func judgement(
    seeds: SeedRule? = nil, calibration: Calibration? = nil
  ) throws(PayloadError) -> Judgement {
    if let calibration {
      let dtypes = declared.reference.dtypes + declared.recomputed.dtypes
      guard calibration.covers(declared.reference.type, dtypes) else {
        throw PayloadError(
          .mismatched, recomputed, "the envelopes are those of \(calibration.key)")
      }
    }
    var judgement = try decide(seeds, calibration)
    judgement.envelopes = calibration?.index
    return judgement
  }

  private func decide(
    _ seeds: SeedRule?, _ calibration: Calibration?
  ) throws(PayloadError) -> Judgement {
    let admission = Terms.admit(
      reference: declared.reference, recomputed: declared.recomputed,
      contract: declared.contract, looks: declared.looks, calibration: calibration)
    guard case .admitted(var terms) = admission else {
      guard case .refused(let judgement) = admission else { preconditionFailure("a third case") }
      return judgement
    }
    if declared.reference.type == .bytes { return try bytes(terms) }
    if let seeds { terms.seeds = seeds } else { terms.seeds = try fileSeeds() }
    let sides = (try TablePayload(reference), try TablePayload(recomputed))
    switch declared.reference.type {
    case .bytes: return try bytes(terms)
    case .tensor: return try tensors(sides.0, sides.1, terms)
    case .probabilities: return try probabilities(sides.0, sides.1, terms)
    case .labels: return try labels(sides.0, sides.1, terms)
    case .scalars: return try scalars(sides.0, sides.1, terms)
    case .tokens: return try tokens(sides.0, sides.1, terms)
    case .text: return try text(sides.0, sides.1, terms)
    case .ranking: return try rankings(sides.0, sides.1, terms)
    }
  }

  private func bytes(_ terms: Terms) throws(PayloadError) -> Judgement {
    let digests = try reading { () throws(FileDigestError) in
      (try hashFile(reference).digest, try hashFile(recomputed).digest)
    }
    return BytesJudge.judgement(
      reference: digests.0, recomputed: digests.1, looks: terms.looks)
  }

  /// The rows of both sides in the order that the contract asks for, handed to `body` if there are such.
  func withRows(
    _ reference: TablePayload, _ recomputed: TablePayload, _ terms: Terms,
    _ body: (inout RowPairs) throws(PayloadError) -> Judgement
  ) throws(PayloadError) -> Judgement {
    switch try RowPairs.open(reference, recomputed, declared.layout, terms) {
    case .defect(let judgement): return judgement
    case .pairs(var pairs):
      var judgement = try body(&pairs)
      if pairs.isReordered { judgement.flags.insert(.reordered) }
      return judgement
    }
  }
}

extension FilePair {
  /// Seeds out of the view and the files: of each its length and the SHA-256 of it, or of its first and last MiB
  /// where it is larger than 64 MiB. Hashing large files whole would take longer than judging them.
  private func fileSeeds() throws(PayloadError) -> SeedRule {
    SeedRule(
      view: declared.reference.view ?? "", reference: try Self.name(of: reference),
      recomputed: try Self.name(of: recomputed))
  }

  private static func name(of path: String) throws(PayloadError) -> Digest {
    try reading { () throws(FileDigestError) in
      let file = try OpenFile(path, followingLinks: true)
      let size = try file.stamp().size
      if size <= 64 << 20 { return try hashFile(path).digest }
      let ends =
        try file.bytes(at: 0, count: 1 << 20) + file.bytes(at: size - 1 << 20, count: 1 << 20)
      return SHA256.digest(of: Array("\(size)\n".utf8) + ends)
    }
  }
}
