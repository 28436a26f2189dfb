internal import Glibc

/// Evidence that a share is above `limit`, which may be looked at after every item: the chance that it ever
/// reaches 1/α is at most α where the share is within the limit (Ville's inequality).
///
/// A mean over likelihood ratios against shares of 1.5 to 20 times the limit (those below 1), so it depends
/// on the counts alone.
enum EProcess {
  private static let factors = [1.5, 2, 3, 4, 10, 20]

  /// The logarithm of the e-value of `failures` among `trials`.
  ///
  /// - Precondition: `0 < limit < 1`.
  static func logValue(_ failures: Int, of trials: Int, limit: Double) -> Double {
    precondition(limit > 0 && limit < 1, "a share between 0 and 1")
    // Where even 1.5 times the limit is no share, half-way to 1 is tested instead.
    let known = factors.map { $0 * limit }.filter { $0 < 1 }
    let shares = known.isEmpty ? [(1 + limit) / 2] : known
    let (k, rest) = (Double(failures), Double(trials - failures))
    let logs = shares.map { share in
      k * log(share / limit) + rest * (log1p(-share) - log1p(-limit))
    }
    let largest = logs.max() ?? 0
    return largest + log(logs.reduce(0) { $0 + exp($1 - largest) } / Double(logs.count))
  }
}
