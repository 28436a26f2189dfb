package import StemmaCrypto

/// Judges two outputs whose only test is equality.
package enum BytesJudge {
  /// Compares content by its name. Bytes that differ are divergent: nothing is known that would make them
  /// close.
  package static func judgement(
    reference: Digest, recomputed: Digest, looks: Looks = .single
  ) -> Judgement {
    reference == recomputed
      ? Judgement(.bitIdentical, looks: looks.number)
      : Judgement(
        .divergent, looks: looks.number,
        findings: ["the bytes differ: \(reference) and \(recomputed)"])
  }
}
