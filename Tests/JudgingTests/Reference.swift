import Canonical
import Testing

/// What SciPy says (`reference.py`).
let reference: JSONNode = {
  do {
    return try JSONDocument(parsing: PackageResources.reference_json).root
  } catch {
    fatalError("reference.json: \(error)")
  }
}()

extension JSONNode {
  /// An array of numbers.
  var numbers: [Double] { elements.compactMap(\.double) }
  /// An array of arrays of numbers.
  var table: [[Double]] { elements.map(\.numbers) }
}

/// Whether two numbers are one to nine digits, or both are almost nothing.
func agree(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
  a == b || (a - b).magnitude <= tolerance * max(a.magnitude, b.magnitude)
    || max(a.magnitude, b.magnitude) < 1e-300
}
