import FileDigests
import Judging
import Payloads
import Testing

/// What good files come to.
@Suite struct ReadingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func schemaOfNpyAndSafetensors() throws {
    try folder.write(NpyFile.floats.bytes, to: "a.npy")
    let npy = try TensorPayload(folder.location("a.npy"))
    #expect(npy.shape == [40, 3])
    #expect(npy.type == .f32)
    #expect(!npy.isFortran)
    let header =
      #"{"b":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]},"#
      + #""s":{"dtype":"U16","shape":[],"data_offsets":[8,10]}}"#
    let length = [UInt8(header.utf8.count)] + [UInt8](repeating: 0, count: 7)
    try folder.write(length + Array(header.utf8) + .init(repeating: 1, count: 10), to: "b")
    let tensor = try TensorPayload(folder.location("b"), name: "b")
    #expect((tensor.shape, tensor.type) == ([2, 2], .bf16))
    let scalar = try TensorPayload(folder.location("b"), name: "s", uint16IsBF16: true)
    #expect((scalar.shape, scalar.type) == ([], .bf16))
    #expect(throws: PayloadError.self) { try TensorPayload(folder.location("b"), name: "c") }
    #expect(throws: PayloadError.self) { try TensorPayload(folder.location("b")) }
  }

  /// Rows of a table are those of the tensor that holds the same numbers.
  @Test(arguments: ["table.jsonl", "table.csv"])
  func tablesAreTensors(name: String) throws {
    try folder.write(NpyFile.floats.bytes, to: "a.npy")
    let rows = (0..<40).map { row in
      (0..<3).map { "\(Double(row * 3 + $0) * 0.25 - 7)" }.joined(separator: ",")
    }
    let isCSV = name.hasSuffix("csv")
    let lines = isCSV ? ["x,y,z"] + rows : rows.map { "[\($0)]" }
    try folder.write(lines.joined(separator: "\r\n"), to: name)
    let judgement = try folder.judge("a.npy", name, .tensor)
    #expect(judgement.verdict == .numericallyEquivalent || judgement.verdict == .bitIdentical)
    #expect(judgement.test("row_drift.max").map { $0.statistic == 0 } ?? true)
    let own = try folder.judge(name, name, .tensor)
    #expect(own.verdict == .bitIdentical)
  }

  @Test func fieldsOfCSVMayHoldAnything() throws {
    try folder.write(
      "\u{FEFF}label,key\n\"a, \"\"b\"\"\nc\",1\n\"\",2\n", to: "a.csv")
    try folder.write(
      "{\"label\":\"a, \\\"b\\\"\\nc\",\"key\":1}\n{\"label\":\"\",\"key\":2}", to: "b.jsonl")
    #expect(try folder.judge("a.csv", "b.jsonl", .labels).verdict == .bitIdentical)
  }

  /// Records and lines that are cut by the end of a piece that is read.
  @Test func piecesJoin() throws {
    let rows = (0..<40_000).map { "\($0),\"\($0 * 7) \"" }
    try folder.write("n,label\n" + rows.joined(separator: "\n"), to: "a.csv")
    let lines = (0..<40_000).map { "{\"label\":\"\($0 * 7) \"}" }
    try folder.write(lines.joined(separator: "\n"), to: "b.jsonl")
    #expect(try folder.judge("a.csv", "b.jsonl", .labels).verdict == .bitIdentical)
  }

  @Test func changedFileIsNoticed() throws {
    try folder.write(NpyFile.floats.bytes, to: "a.npy")
    let payload = try TensorPayload(folder.location("a.npy"))
    try payload.checkUnchanged()
    try folder.write(Array(NpyFile.floats.bytes.dropLast()), to: "a.npy")
    let thrown = #expect(throws: PayloadError.self) { try payload.checkUnchanged() }
    #expect(thrown?.code == .changed)
  }
}
