internal import FileDigests

/// The formats that outputs are read from.
package enum PayloadFormat: String, CaseIterable, Sendable {
  case npy, safetensors
  /// One JSON value a line (`.jsonl`, `.ndjson`).
  case jsonLines = "jsonl"
  case csv

  var isTensor: Bool { self == .npy || self == .safetensors }

  /// Tells the format by its first bytes, and only where those say nothing by the file's name.
  ///
  /// - Throws: `.unsupported` for Arrow, Parquet and whatever is not known, with what to convert it to.
  static func detect(_ file: OpenFile, size: Int64) throws(PayloadError) -> PayloadFormat {
    let head = try reading { () throws(FileDigestError) in
      try file.bytes(at: 0, count: Int(min(size, 16)))
    }
    if head.starts(with: NpyHeader.magic) { return .npy }
    if let name = foreign.first(where: { head.starts(with: $0.magic.utf8) })?.name {
      throw PayloadError(
        .unsupported, file.path,
        "\(name) is not read here, having no well-kept reader for Swift; convert columns to CSV or "
          + "JSON lines, or numbers to .npy")
    }
    let suffix = file.path.utf8.split(separator: UInt8(ascii: ".")).last.map { Array($0) } ?? []
    for format in allCases where suffix.elementsEqual(format.rawValue.utf8) { return format }
    if suffix.elementsEqual("ndjson".utf8) { return .jsonLines }
    // `{` begins both the header of safetensors (after its length) and a line of JSON.
    if head.count > 8, head[8] == UInt8(ascii: "{"), head[7] == 0 { return .safetensors }
    let names = allCases.map(\.rawValue).joined(separator: ", ")
    throw PayloadError(
      .unsupported, file.path, "not one of \(names), by its first bytes or its name")
  }

  private static let foreign: [(magic: String, name: String)] = [
    ("PAR1", "Parquet"), ("ARROW1", "Arrow"), ("FEA1", "Feather"),
    ("PK\u{3}\u{4}", "A ZIP archive (.npz)"), ("\u{80}", "A pickle"),
  ]
}
