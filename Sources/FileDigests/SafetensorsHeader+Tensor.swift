internal import Canonical

extension SafetensorsHeader.Tensor {
  /// Reads what the header says about one tensor; its length must follow from its type and shape.
  init(name: [UInt8], node: JSONNode) throws(HeaderObjection) {
    let shown = "tensor '\(printable(name))'"
    guard node.count == 3, let dtype = node["dtype"], let shape = node["shape"],
      let offsets = node["data_offsets"]
    else {
      throw HeaderObjection("\(shown) must have dtype, shape and data_offsets, and nothing else")
    }
    guard let type = TensorType(named: dtype) else {
      throw HeaderObjection("\(shown) has an unknown dtype")
    }
    guard let dimensions = Self.integers(shape) else {
      throw HeaderObjection("\(shown) has a shape that is not a list of plain integers")
    }
    guard let bounds = Self.integers(offsets), bounds.count == 2, bounds[0] <= bounds[1],
      let begin = Int64(exactly: bounds[0]), let end = Int64(exactly: bounds[1])
    else {
      throw HeaderObjection("\(shown) has data_offsets that are not [begin, end]")
    }
    guard let length = Self.byteCount(of: type, shape: dimensions) else {
      throw HeaderObjection(
        "\(shown) has a shape that makes no whole number of bytes, or far too many")
    }
    guard length == bounds[1] - bounds[0] else {
      throw HeaderObjection(
        "\(shown) needs \(length) bytes by its dtype and shape, but has \(bounds[1] - bounds[0])")
    }
    self.init(name: name, type: type, shape: dimensions, range: begin..<end)
  }

  /// The elements of an array of integers written with digits alone; nil for anything else.
  private static func integers(_ node: JSONNode) -> [UInt64]? {
    guard node.type == .array else { return nil }
    var integers: [UInt64] = []
    for element in node.elements {
      guard element.type == .number, let value = element.integer.flatMap(UInt64.init(exactly:)),
        element.bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
      else { return nil }
      integers.append(value)
    }
    return integers
  }

  /// nil when the number of bits overflows or is no multiple of 8. A shape of rank 0 has one element.
  private static func byteCount(of type: TensorType, shape: [UInt64]) -> UInt64? {
    var bits = type.bitCount
    for dimension in shape {
      let (product, overflow) = bits.multipliedReportingOverflow(by: dimension)
      if overflow { return nil }
      bits = product
    }
    return bits.isMultiple(of: 8) ? bits / 8 : nil
  }
}
