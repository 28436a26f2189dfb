import FileDigests
import Testing

/// Headers that contradict the file or themselves, or that two readers might read in two ways.
@Suite struct MalformedSafetensorsTests {
  static func one(
    _ dtype: String = "U8", _ shape: String = "[4]", _ offsets: String = "[0,4]"
  ) -> String {
    "{" + SafetensorsFile.tensor("t", dtype, shape, offsets) + "}"
  }

  static func two(_ first: String, _ second: String) -> String {
    "{" + SafetensorsFile.tensor("a", "U8", "[2]", first) + ","
      + SafetensorsFile.tensor("b", "U8", "[2]", second) + "}"
  }

  /// Each with a payload of 4 bytes.
  static let headers: [(what: String, header: String)] = [
    ("nothing", ""),
    ("an array", "[]"),
    ("space before", " " + one()),
    ("a byte order mark", "\u{feff}" + one()),
    ("bytes after", one() + "x"),
    ("cut", String(one().dropLast())),
    ("padded with NUL", one() + "\0"),
    ("no tensor for the payload", "{}"),
    ("the same name twice", two("[0,2]", "[2,4]").replacing(#""b""#, with: #""a""#)),
    ("the same name twice, escaped", two("[0,2]", "[2,4]").replacing(#""b""#, with: #""\u0061""#)),
    ("the same member twice", one().replacing(#""dtype":"#, with: #""dtype":"U8","dtype":"#)),
    ("overlapping", two("[0,2]", "[1,3]")),
    ("one inside the other", two("[0,2]", "[0,2]")),
    ("a hole", two("[0,2]", "[3,5]")),
    ("a hole in front", one("U8", "[3]", "[1,4]")),
    ("bytes left over", one("U8", "[3]", "[0,3]")),
    ("beyond the end", one("U8", "[5]", "[0,5]")),
    ("reversed", one("U8", "[4]", "[4,0]")),
    ("negative", one("U8", "[4]", "[-4,0]")),
    ("one offset", one("U8", "[4]", "[0]")),
    ("three offsets", one("U8", "[4]", "[0,4,4]")),
    ("offsets as text", one("U8", "[4]", #"["0","4"]"#)),
    ("offsets as an object", one("U8", "[4]", "{}")),
    ("offsets with a point", one("U8", "[4]", "[0,4.0]")),
    ("offsets with an exponent", one("U8", "[4]", "[0,4e0]")),
    ("minus zero", one("U8", "[4]", "[-0,4]")),
    ("offsets beyond 2^53", one("U8", "[4]", "[0,9007199254740993]")),
    ("offsets beyond 2^64", one("U8", "[4]", "[0,18446744073709551620]")),
    ("shape too small", one("U8", "[3]")),
    ("shape too large", one("U8", "[5]")),
    ("shape of another type", one("F32", "[4]")),
    ("half a byte", one("F4", "[7]")),
    ("a negative dimension", one("U8", "[-4]")),
    ("two negative dimensions", one("U8", "[-2,-2]")),
    ("a dimension with a point", one("U8", "[4.0]")),
    ("a dimension as text", one("U8", #"["4"]"#)),
    ("a nested shape", one("U8", "[[4]]")),
    ("a shape that is none", one("U8", "4")),
    // 2^61 + 4 elements: 64 bits too few to count the bits see 32 of them, which are 4 bytes.
    ("overflow to the right size", one("U8", "[12,2833,37171,1824726041]")),
    // 2^58 · 64 = 2^64, which wraps to no bytes at all.
    (
      "overflow to nothing",
      "{" + SafetensorsFile.tensor("o", "F64", "[288230376151711744]", "[0,0]") + ","
        + one().dropFirst()
    ),
    ("no dtype", #"{"t":{"shape":[4],"data_offsets":[0,4]}}"#),
    ("no shape", #"{"t":{"dtype":"U8","data_offsets":[0,4]}}"#),
    ("no offsets", #"{"t":{"dtype":"U8","shape":[4]}}"#),
    ("a member more", one().replacing("}}", with: #","x":1}}"#)),
    ("an unknown dtype", one("U4", "[8]")),
    ("a dtype in lower case", one("u8")),
    ("a dtype with a space", one("U8 ")),
    ("no text as dtype", one().replacing(#""U8""#, with: "8")),
    ("a tensor that is no object", #"{"t":[0,4,4]}"#),
    ("null", #"{"t":null}"#),
    ("metadata of numbers", #"{"__metadata__":{"a":1},"# + one().dropFirst()),
    ("metadata that is a list", #"{"__metadata__":["a"],"# + one().dropFirst()),
    ("metadata twice", #"{"__metadata__":{},"__metadata__":{},"# + one().dropFirst()),
    ("a lone surrogate", one().replacing(#""t""#, with: #""\ud800""#)),
    ("too deep", one("U8", "[[[[4]]]]")),
  ]

  @Test(arguments: headers.indices)
  func refuses(index: Int) throws {
    let (what, header) = Self.headers[index]
    try refuse(SafetensorsFile(header: header, payload: [1, 2, 3, 4]).bytes, what)
  }

  @Test func refusesEveryTruncation() throws {
    let file = SafetensorsFile(header: Self.one(), payload: [1, 2, 3, 4]).bytes
    for count in file.indices { try refuse(Array(file[..<count]), "\(count) bytes") }
    try refuse(file + [0], "a byte more")
  }

  @Test func refusesLengthsThatAreNotThere() throws {
    let header = Self.one()
    let honest = UInt64(header.utf8.count)
    let lies: [UInt64] = [
      0, 1, honest - 1, honest + 1, honest + 4, honest + 5, 100_000_001, 1 << 32, 1 << 63, .max,
      .max - 7,
    ]
    for lie in lies {
      let file = SafetensorsFile(header: header, payload: [1, 2, 3, 4], statedLength: lie)
      try refuse(file.bytes, "\(lie)")
    }
  }

  @Test func theFileBehindTheTableIsGood() throws {
    let folder = try TemporaryFolder()
    for header in [Self.one(), Self.two("[0,2]", "[2,4]"), Self.one() + "  "] {
      try folder.write(SafetensorsFile(header: header, payload: [1, 2, 3, 4]).bytes, to: "file")
      _ = try TensorDigest(ofFile: folder.location("file"))
    }
  }

  private func refuse(_ bytes: [UInt8], _ what: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(bytes, to: "file")
    #expect(throws: error(.malformed), "\(what)") {
      try TensorDigest(ofFile: folder.location("file"))
    }
  }
}
