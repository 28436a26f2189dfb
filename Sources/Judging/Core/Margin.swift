/// The limits that a view's contract may set, by name, with what holds where it does not.
///
/// Margins say how much drift does not matter to whoever uses the output; they are not about numerical
/// noise (`NumericalEnvelope`).
package enum Margin: String, CaseIterable, Sendable {
  /// Relative drift of a row that does not matter (torch's bf16 rtol).
  case rowDrift = "row_drift"
  /// The share of rows that may drift more.
  case rowShare = "row_share"
  /// A row is grossly wrong beyond this many row drifts. Mixture-of-experts routing and retrieval
  /// near-ties make honest gross rows: such views set a large number and a large `nMax`.
  case grossFactor = "gross_factor"
  /// The mean drift, common to all rows, that does not matter.
  case commonDrift = "common_drift"
  /// Total variation of one row of probabilities that does not matter.
  case totalVariation = "total_variation"
  /// The share of rows of probabilities that may vary more.
  case totalVariationShare = "total_variation_share"
  /// Mean total variation that does not matter.
  case meanTotalVariation = "mean_total_variation"
  /// The share of labels that may flip.
  case flipShare = "flip_share"
  /// The share of labels of any one class that may flip.
  case classFlipShare = "class_flip_share"
  /// The change of any category's share between unpaired draws.
  case categoryShare = "category_share"
  /// The absolute difference of two single numbers; no default.
  case scalar
  /// The absolute difference of two means; without it one standard deviation of the reference.
  case mean
  /// The largest ratio of two standard deviations, either way.
  case deviationRatio = "deviation_ratio"
  /// Mean absolute difference of token log-probabilities.
  case logProbability = "log_probability"
  /// A token that costs more than this to have been chosen is not explained by noise.
  case tokenDeficit = "token_deficit"
  /// The share of completions that, replaced by text of no common position, give the same distance.
  case textDistance = "text_distance"
  /// Shift of the standardised log-likelihood of whole completions, in standard deviations.
  case logLikelihood = "log_likelihood"
  /// Mean of 1 - rank-biased overlap.
  case rankOverlap = "rank_overlap"
  /// The share of queries whose first answer may change.
  case topChangeShare = "top_change_share"

  /// Nil where only a person can say.
  package var standard: Double? {
    switch self {
    case .rowDrift: 1.6e-2
    case .rowShare: 0.05
    case .grossFactor: 10
    case .commonDrift: 4e-3
    case .totalVariation: 0.05
    case .totalVariationShare: 0.01
    case .meanTotalVariation: 0.005
    case .flipShare: 0.005
    case .classFlipShare: 0.05
    case .categoryShare: 0.05
    case .scalar, .mean: nil
    case .deviationRatio: 2
    case .logProbability: 1e-2
    case .tokenDeficit: 0.2
    case .textDistance: 0.15
    case .logLikelihood: 0.3
    case .rankOverlap: 0.05
    case .topChangeShare: 0.1
    }
  }
}
