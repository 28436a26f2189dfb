import FileDigests
import StemmaCrypto
import Testing

@Suite struct TensorDigestTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func digest(_ file: SafetensorsFile, threads: Int = 2) throws -> TensorDigest {
    try folder.write(file.bytes, to: "file")
    return try TensorDigest(ofFile: folder.location("file"), threads: threads)
  }

  /// Two tensors, `b` before `a` in the file, and a scalar of rank 0.
  static let header =
    "{" + SafetensorsFile.tensor("b", "F32", "[2,3]", "[0,24]") + ","
    + SafetensorsFile.tensor("a", "BF16", "[4]", "[24,32]") + ","
    + SafetensorsFile.tensor("s", "U8", "[]", "[32,33]") + "}"
  static let payload = [UInt8].patterned(33)

  /// The encoding that `TensorDigest` documents, written out by hand.
  @Test func digestIsOfTheDocumentedEncoding() throws {
    func u64(_ number: UInt8) -> [UInt8] { [0, 0, 0, 0, 0, 0, 0, number] }
    func text(_ text: String) -> [UInt8] { u64(UInt8(text.utf8.count)) + Array(text.utf8) }
    func payload(_ range: Range<Int>) -> [UInt8] {
      u64(UInt8(range.count)) + SHA256.digest(of: Array(Self.payload[range])).bytes
    }
    var encoding = Array("stemma/tensors/v1\0".utf8) + u64(3)
    encoding += text("a") + text("BF16") + u64(1) + u64(4) + payload(24..<32)
    encoding += text("b") + text("F32") + u64(2) + u64(2) + u64(3) + payload(0..<24)
    encoding += text("s") + text("U8") + u64(0) + payload(32..<33)
    let found = try digest(SafetensorsFile(header: Self.header, payload: Self.payload))
    #expect(found.digest == SHA256.digest(of: encoding))
    #expect(found.count == 3)
  }

  @Test func whatIsNotWeightsDoesNotCount() throws {
    let plain = try digest(SafetensorsFile(header: Self.header, payload: Self.payload))
    let metadata = #"{"__metadata__":{"format":"pt","run":"7"},"# + Self.header.dropFirst()
    let padded = Self.header + "    \n"
    let spaced = Self.header.replacing(":", with: " : ").replacing(",", with: " ,\t")
    let escaped = Self.header.replacing(#""b""#, with: #""\u0062""#)
    // The same tensors, `a` first in the file.
    let reordered =
      "{" + SafetensorsFile.tensor("a", "BF16", "[4]", "[0,8]") + ","
      + SafetensorsFile.tensor("b", "F32", "[2,3]", "[8,32]") + ","
      + SafetensorsFile.tensor("s", "U8", "[]", "[32,33]") + "}"
    for header in [metadata, padded, spaced, escaped] {
      #expect(try digest(SafetensorsFile(header: header, payload: Self.payload)) == plain)
    }
    let moved = Array(Self.payload[24..<32] + Self.payload[..<24] + Self.payload[32...])
    #expect(try digest(SafetensorsFile(header: reordered, payload: moved)) == plain)
  }

  @Test func whatIsWeightsDoesCount() throws {
    var digests: Set<Digest> = []
    func add(_ header: String, _ payload: [UInt8] = Self.payload) throws {
      digests.insert(try digest(SafetensorsFile(header: header, payload: payload)).digest)
    }
    try add(Self.header)
    try add(Self.header.replacing("[2,3]", with: "[3,2]"))
    try add(Self.header.replacing("[2,3]", with: "[6]"))
    try add(Self.header.replacing("[2,3]", with: "[2,3,1]"))
    try add(Self.header.replacing("F32", with: "I32"))
    try add(Self.header.replacing("BF16", with: "F16"))
    try add(Self.header.replacing(#""a""#, with: #""c""#))
    try add(Self.header.replacing(#""a""#, with: #""\u00e1""#))
    try add(Self.header.replacing(#""a""#, with: #""a\u0301""#))
    for place in [0, 23, 24, 31, 32] {
      var payload = Self.payload
      payload[place] ^= 1
      try add(Self.header, payload)
    }
    #expect(digests.count == 14)
  }

  @Test func takesNoTensorsAndEmptyOnes() throws {
    let none = try digest(SafetensorsFile(header: "{}"))
    #expect(none.count == 0)
    #expect(try digest(SafetensorsFile(header: #"{"__metadata__":{}}"#)) == none)
    let empty = "{" + SafetensorsFile.tensor("e", "F32", "[0,7]", "[0,0]") + "}"
    let found = try digest(SafetensorsFile(header: empty))
    #expect(found.count == 1 && found != none)
  }

  @Test func everyTypeHasItsSize() throws {
    let bits = [
      "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8,
      "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16,
      "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
    ]
    for (dtype, bits) in bits {
      func file(_ count: Int) -> SafetensorsFile {
        SafetensorsFile(
          header: "{" + SafetensorsFile.tensor("t", dtype, "[4]", "[0,\(count)]") + "}",
          payload: .patterned(count))
      }
      #expect(try digest(file(bits / 2)).count == 1, "\(dtype)")
      #expect(throws: error(.malformed), "\(dtype)") { try digest(file(bits / 2 + 1)) }
    }
  }

  @Test func manyThreadsGiveTheDigestOfOne() throws {
    var entries: [String] = []
    var end = 0
    for number in 0..<60 {
      let size = (number * 7919) % 100_000
      entries.append(
        SafetensorsFile.tensor("layer.\(number)", "U8", "[\(size)]", "[\(end),\(end + size)]"))
      end += size
    }
    let file = SafetensorsFile(
      header: "{" + entries.joined(separator: ",") + "}", payload: .patterned(end))
    let one = try digest(file, threads: 1)
    for threads in [2, 5, 100] { #expect(try digest(file, threads: threads) == one) }
  }

  @Test func refusesAFileThatIsWrittenToMeanwhile() throws {
    let count = 64 << 20
    let header = "{" + SafetensorsFile.tensor("t", "U8", "[\(count)]", "[0,\(count)]") + "}"
    let bytes = SafetensorsFile(
      header: header, payload: [UInt8](repeating: 0, count: count)
    ).bytes
    try folder.write(bytes, to: "file")
    try withWriter(to: folder.location("file")) {
      #expect(throws: error(.changed)) { try TensorDigest(ofFile: folder.location("file")) }
    }
  }
}
