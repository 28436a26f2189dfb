/// The outer form of a tensor: what its header says.
package struct TensorForm: Sendable, Equatable {
  /// The first axis counts the items. One axis, or none, is a single item: elements have no drift of their
  /// own, they pass through zero.
  package let shape: [Int]
  /// How elements are stored, as the payload's format calls it; not how they were computed.
  package let storage: String

  package init(shape: [Int], storage: String) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a negative extent")
    self.shape = shape
    self.storage = storage
  }

  package var rows: Int { shape.count > 1 ? shape[0] : 1 }
  /// Elements of a row.
  package var width: Int { (shape.count > 1 ? shape.dropFirst() : shape[...]).reduce(1, *) }

  /// Whether `other` could be the beginning of this: it is shorter along the first axis, else equal.
  func mayBeginWith(_ other: TensorForm) -> Bool {
    shape.count == other.shape.count && !shape.isEmpty && other.shape[0] < shape[0]
      && shape.dropFirst() == other.shape.dropFirst()
  }
}
