/// What a pass over two rows adds up.
struct RowSums: Sendable, Equatable {
  /// |T - R|², |R|² and |T|², in units of `scale`.
  var drift = 0.0
  var reference = 0.0
  var recomputed = 0.0
  /// The largest |T - R| of one element.
  var largest = 0.0
  /// Whether every bit is equal.
  var isEqual = true
  /// What elements were multiplied by, so that the squares of very large ones do not overflow.
  var scale = 1.0

  /// Elements beyond this are scaled.
  static let largestUnscaled = 1e150
  static let scaling = 0x1p-530

  mutating func add(_ other: RowSums) {
    drift += other.drift
    reference += other.reference
    recomputed += other.recomputed
    largest = max(largest, other.largest)
    isEqual = isEqual && other.isEqual
  }

  /// Brings what was added so far into units of `scaling`.
  mutating func rescale() {
    guard scale == 1 else { return }
    scale = Self.scaling
    largest *= scale
    drift *= scale * scale
    reference *= scale * scale
    recomputed *= scale * scale
  }

  var isFinite: Bool { drift.isFinite && reference.isFinite && recomputed.isFinite }
}

/// Passes over a run of elements of one row.
enum RowKernel {
  /// Adds up a run and writes T - R to `differences`. A result that is not finite means that the run holds
  /// NaN, infinities or very large elements: `careful` is for those.
  static func run<Element: TensorElement>(
    _ reference: UnsafePointer<Element>, _ recomputed: UnsafePointer<Element>, count: Int,
    differences: UnsafeMutablePointer<Double>
  ) -> RowSums {
    var drift = SIMD4<Double>.zero
    var ours = SIMD4<Double>.zero
    var theirs = SIMD4<Double>.zero
    // Of the squares, which are there already.
    var largest = SIMD4<Double>.zero
    var bits = SIMD4<UInt32>.zero
    let stride = MemoryLayout<Element>.stride
    let (a, b) = unsafe (UnsafeRawPointer(reference), UnsafeRawPointer(recomputed))
    let target = UnsafeMutableRawPointer(differences)
    var i = 0
    while i &+ 4 <= count {
      let r = unsafe Element.load(a + i &* stride)
      let t = unsafe Element.load(b + i &* stride)
      unsafe bits |= Element.difference(a + i &* stride, b + i &* stride)
      let d = t - r
      unsafe target.storeBytes(of: d, toByteOffset: i &* 8, as: SIMD4<Double>.self)
      let square = d * d
      drift += square
      ours += r * r
      theirs += t * t
      largest.replace(with: square, where: square .> largest)
      i &+= 4
    }
    var sums = RowSums()
    sums.drift = drift.sum()
    sums.reference = ours.sum()
    sums.recomputed = theirs.sum()
    sums.largest = largest.max().squareRoot()
    sums.isEqual = bits == .zero
    while i < count {
      let (r, t) = unsafe (reference[i].widened, recomputed[i].widened)
      let d = t - r
      unsafe differences[i] = d
      sums.drift += d * d
      sums.reference += r * r
      sums.recomputed += t * t
      sums.largest = max(sums.largest, d.magnitude)
      sums.isEqual = unsafe sums.isEqual && reference[i].bits == recomputed[i].bits
      i += 1
    }
    return sums
  }

  /// What a careful pass finds beside the sums.
  struct Nonfinite: Sendable, Equatable {
    /// Elements that are NaN, or one infinity, on both sides.
    var matched = 0
    /// Elements that are not, and the first of them.
    var unmatched = 0
    var firstUnmatched: Int?
  }

  /// As `run`, element by element: what is not finite on both sides in the same way counts as equal, very
  /// large elements are scaled by `sums.scale`, which this sets.
  static func careful<Element: TensorElement>(
    _ reference: UnsafePointer<Element>, _ recomputed: UnsafePointer<Element>, count: Int,
    differences: UnsafeMutablePointer<Double>, isScaled: Bool
  ) -> (RowSums, Nonfinite) {
    var nonfinite = Nonfinite()
    var sums = RowSums()
    var needsScale = isScaled
    for i in 0..<count {
      let (r, t) = unsafe (reference[i].widened, recomputed[i].widened)
      for x in [r, t] where x.isFinite && x.magnitude > RowSums.largestUnscaled {
        needsScale = true
      }
    }
    if needsScale { sums.scale = RowSums.scaling }
    for i in 0..<count {
      var (r, t) = unsafe (reference[i].widened, recomputed[i].widened)
      sums.isEqual = unsafe sums.isEqual && reference[i].bits == recomputed[i].bits
      if !r.isFinite || !t.isFinite {
        if r == t || (r.isNaN && t.isNaN) {
          nonfinite.matched += 1
        } else {
          nonfinite.unmatched += 1
          nonfinite.firstUnmatched = nonfinite.firstUnmatched ?? i
        }
        (r, t) = (0, 0)
      }
      r *= sums.scale
      t *= sums.scale
      let d = t - r
      unsafe differences[i] = d
      sums.drift += d * d
      sums.reference += r * r
      sums.recomputed += t * t
      sums.largest = max(sums.largest, d.magnitude)
    }
    return (sums, nonfinite)
  }
}
