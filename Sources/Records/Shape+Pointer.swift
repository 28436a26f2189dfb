extension Kind {
  /// Kinds that the reference at a JSON Pointer of a record of this kind may point to; nil where such a
  /// record has no reference there. For statements whose record is gone.
  package func targets(ofMember pointer: String) -> KindSet? {
    guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
    var shape = Shape.of(self)
    for token in pointer.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .dropFirst()
    {
      switch shape {
      case .object(let members, _):
        guard let member = members.first(where: { $0.name.description.utf8.elementsEqual(token) })
        else { return nil }
        shape = member.shape
      case .list(let element, let count), .set(let element, _, let count):
        guard let position = Int(Substring(token)), (0..<count.upperBound).contains(position),
          String(position).utf8.elementsEqual(token)
        else { return nil }
        shape = element
      default: return nil
      }
    }
    switch shape {
    case .reference(let kinds, _), .nameOrReference(let kinds): return kinds
    default: return nil
    }
  }
}
