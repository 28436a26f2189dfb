internal import FileDigests

/// Reads the Python dictionary in the header of a `.npy` file: the three members that it must have, and
/// no other Python.
struct NpyLiteral {
  private let text: [UInt8]
  private let start: Int64
  private let path: String
  private var place = 0

  init(_ text: [UInt8], at start: Int64, path: String) {
    self.text = text
    self.start = start
    self.path = path
  }

  mutating func dictionary() throws(PayloadError) -> (
    descr: [UInt8], isFortran: Bool, shape: [Int]
  ) {
    var (descr, isFortran, shape): ([UInt8]?, Bool?, [Int]?) = (nil, nil, nil)
    try expect("{")
    while !skips("}") {
      let key = try string()
      try expect(":")
      switch key {
      case Array("descr".utf8) where descr == nil: descr = try string()
      case Array("fortran_order".utf8) where isFortran == nil: isFortran = try bool()
      case Array("shape".utf8) where shape == nil: shape = try tuple()
      default: throw refuse("'\(printable(key))' is not expected here")
      }
      if !skips(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard place == text.count else { throw refuse("more follows the dictionary") }
    guard let descr, let isFortran, let shape else {
      throw refuse("descr, fortran_order and shape are needed")
    }
    return (descr, isFortran, shape)
  }

  private mutating func string() throws(PayloadError) -> [UInt8] {
    skipSpace()
    guard place < text.count, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(text[place]) else {
      // A list is how NumPy describes records of several fields.
      throw refuse("a quoted string is needed; structured types are not read")
    }
    let quote = text[place]
    guard let end = text[(place + 1)...].firstIndex(of: quote) else {
      throw refuse("a string without an end")
    }
    let bytes = Array(text[(place + 1)..<end])
    guard !bytes.contains(UInt8(ascii: "\\")) else { throw refuse("a string with an escape") }
    place = end + 1
    return bytes
  }

  private mutating func bool() throws(PayloadError) -> Bool {
    if skips("True") { return true }
    try expect("False")
    return false
  }

  /// `()`, `(3,)`, `(3, 4)`: NumPy never writes `(3)`, which is no tuple.
  private mutating func tuple() throws(PayloadError) -> [Int] {
    var extents: [Int] = []
    var endsWithComma = true
    try expect("(")
    while !skips(")") {
      guard endsWithComma else { throw refuse("a comma is needed") }
      guard extents.count < 64 else { throw refuse("more than 64 dimensions") }
      extents.append(try integer())
      endsWithComma = skips(",")
    }
    guard extents.count != 1 || endsWithComma else { throw refuse("a shape that is no tuple") }
    return extents
  }

  private mutating func integer() throws(PayloadError) -> Int {
    skipSpace()
    var value = 0
    let from = place
    while place < text.count, case let digit = text[place], (0x30...0x39).contains(digit) {
      let (tens, tooFar) = value.multipliedReportingOverflow(by: 10)
      let (sum, tooMuch) = tens.addingReportingOverflow(Int(digit - 0x30))
      guard !tooFar, !tooMuch else { throw refuse("a dimension beyond 64 bits") }
      (value, place) = (sum, place + 1)
    }
    guard place > from else { throw refuse("a plain number is needed") }
    return value
  }

  private mutating func skips(_ token: StaticString) -> Bool {
    skipSpace()
    let bytes = Array("\(token)".utf8)
    guard text[place...].starts(with: bytes) else { return false }
    place += bytes.count
    return true
  }

  private mutating func expect(_ token: StaticString) throws(PayloadError) {
    guard skips(token) else { throw refuse("'\(token)' is needed") }
  }

  private mutating func skipSpace() {
    while place < text.count, [0x20, 0x0A, 0x0D, 0x09].contains(text[place]) { place += 1 }
  }

  private func refuse(_ message: String) -> PayloadError {
    PayloadError(.malformed, path, at: .byte(start + Int64(place)), "the .npy header: \(message)")
  }
}
