internal import FileDigests
internal import Judging

/// Reads elements of one tensor, in C order, as Floats or Doubles, through a buffer of its own.
///
/// Stored bytes are brought into little-endian C order first, so that those of two files can be compared
/// whatever each was written as.
struct ElementReader {
  private let payload: TensorPayload
  /// The elements read last, as stored; empty where they went straight to their place.
  private(set) var stored: [UInt8] = []
  private var column: [UInt8] = []

  init(_ payload: TensorPayload) { self.payload = payload }

  /// Reads a range into an array, which takes its length.
  ///
  /// - Precondition: an Element holds every value of the stored type, or rounds it.
  mutating func read<Element: StoredElement>(
    _ range: Range<Int>, into elements: inout [Element]
  ) throws(PayloadError) {
    if elements.count != range.count { elements = [Element](repeating: 0, count: range.count) }
    // Where the file's bytes are the numbers themselves they go straight to their place.
    if payload.type == Element.stored, !payload.isBigEndian, !payload.isTransposed {
      return try payload.read(into: &elements, from: range.lowerBound)
    }
    try load(range)
    stored.withElements(of: payload.type) { elements[$0] = Element($1) }
  }

  private mutating func load(_ range: Range<Int>) throws(PayloadError) {
    let size = payload.type.byteCount
    if stored.count != range.count * size {
      stored = [UInt8](repeating: 0, count: range.count * size)
    }
    if payload.isTransposed {
      try gather(range)
    } else {
      try payload.read(into: &stored, from: range.lowerBound)
    }
    if payload.isBigEndian, size > 1 {
      for first in stride(from: 0, to: stored.count, by: size) {
        stored[first..<first + size].reverse()
      }
    }
  }

  /// Whole rows of a file in Fortran order. The elements that a column has in them lie side by side.
  private mutating func gather(_ range: Range<Int>) throws(PayloadError) {
    let (rows, width) = (payload.shape[0], payload.form.width)
    let first = range.lowerBound / width
    let count = range.count / width
    precondition(count * width == range.count && first * width == range.lowerBound, "whole rows")
    let size = payload.type.byteCount
    if column.count != count * size { column = [UInt8](repeating: 0, count: count * size) }
    for place in 0..<width {
      try payload.read(into: &column, from: place * rows + first)
      let target = payload.cPlace(ofFortran: place)
      for row in 0..<count {
        for byte in 0..<size {
          stored[(row * width + target) * size + byte] = column[row * size + byte]
        }
      }
    }
  }
}

extension TensorPayload {
  /// Fills an array with the file's bytes from its element `first` on.
  fileprivate func read<Element: BitwiseCopyable>(
    into array: inout [Element], from first: Int
  ) throws(PayloadError) {
    let offset = start + Int64(first) * Int64(type.byteCount)
    do throws(FileDigestError) {
      try unsafe array.withUnsafeMutableBufferPointer { buffer throws(FileDigestError) in
        let bytes = UnsafeMutableRawBufferPointer(buffer)
        guard try unsafe file.read(into: bytes, at: offset) == bytes.count else {
          throw file.changed()
        }
      }
    } catch {
      throw PayloadError(error)
    }
  }

  /// Whether Fortran order differs from C order.
  var isTransposed: Bool { isFortran && shape.count { $0 > 1 } > 1 }

  /// The place in a row in C order of what is at `place` in Fortran order: the row's own extents are all
  /// but the first.
  func cPlace(ofFortran place: Int) -> Int {
    var rest = place
    var target = 0
    var stride = form.width
    for extent in shape.dropFirst() {
      stride /= extent
      target += rest % extent * stride
      rest /= extent
    }
    return target
  }
}

/// The numbers that judges take.
protocol StoredElement: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// The stored type that has the same bytes.
  static var stored: TensorType { get }
}

extension Float: StoredElement { static let stored = TensorType.f32 }
extension Double: StoredElement { static let stored = TensorType.f64 }
