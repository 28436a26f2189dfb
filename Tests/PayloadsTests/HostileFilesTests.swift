import Judging
import Payloads
import SeededRandom
import Testing

/// Files that lie, end early or ask for too much: an error that says where, never a crash.
@Suite struct HostileFilesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func open(_ bytes: [UInt8], _ name: String = "file.npy") throws -> TensorPayload {
    try folder.write(bytes, to: name)
    return try TensorPayload(folder.location(name))
  }

  @Test(arguments: [
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", 24, true),
    ("{'shape': (2, 3, ), \"descr\": '<f4', 'fortran_order': True, } \n", 24, true),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': ()}", 4, true),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 5)}", 0, true),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", 23, false),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", 25, false),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (6)}", 24, false),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}", 24, false),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -3)}", 24, false),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", 0, false),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4611686018427387904, 4)}", 0, false),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4611686018427387904)}", 0, false),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", 0, false),
    ("{'descr': '<f4', 'fortran_order': false, 'shape': (1,)}", 4, false),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (2,)}", 4, false),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}", 4, false),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", 4, false),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", 4, false),
    ("{'descr': '<f4', 'fortran_order': False", 4, false),
    ("{'descr': '<f4", 4, false),
    ("{'descr'", 4, false), ("{", 4, false), ("", 4, false),
    ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4, false),
  ])
  func npyHeaderIsReadStrictly(header: String, payload: Int, isGood: Bool) throws {
    let bytes = NpyFile(header: header, payload: .init(repeating: 0, count: payload)).bytes
    if isGood {
      #expect(try open(bytes).form.storage == "F32")
    } else {
      #expect(throws: PayloadError.self) { try open(bytes) }
    }
  }

  @Test(arguments: ["|O", "<c8", "<U4", "<M8[ns]", "f4", "<f16", "", "\\u0000"])
  func otherTypesAreRefused(descr: String) throws {
    let header = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (1,)}"
    #expect(throws: PayloadError.self) {
      try open(NpyFile(header: header, payload: .init(repeating: 0, count: 4)).bytes)
    }
  }

  @Test func versionsAndLengthsAreChecked() throws {
    var file = NpyFile.floats
    for version: UInt8 in 0...5 {
      file.version = version
      let isKnown = (1...3).contains(version)
      #expect(((try? open(file.bytes)) != nil) == isKnown, "version \(version)")
    }
    file.version = 2
    file.statedLength = 0xFFFF_FFFF
    #expect(throws: PayloadError.self) { try open(file.bytes) }
  }

  /// Every beginning of a good file, and every good file with one byte altered.
  @Test func whatIsCutOrAlteredNeverCrashes() throws {
    let good = NpyFile.floats.bytes
    for count in 0..<good.count {
      #expect(throws: PayloadError.self) { try open(Array(good[..<count])) }
    }
    var random = SplitMix64(seed: 7)
    for _ in 0..<400 {
      var bytes = good
      let place = Int(random.next() % UInt64(bytes.count))
      bytes[place] = UInt8(truncatingIfNeeded: random.next())
      try folder.write(bytes, to: "altered.npy")
      _ = try? judge("altered.npy", "altered.npy", .tensor)
      _ = try? judge("altered.npy", "altered.npy", .probabilities)
      _ = try? judge("altered.npy", "altered.npy", .labels)
    }
  }

  @Test(arguments: [
    ("[1,2]\n[1", 2), ("NaN\n", 1), ("[1]\n[NaN]\n", 2), ("[1]\n\n[1,2]\n", 3), ("[1]\n{}\n", 2),
    ("[1e999]\n", 1), ("[9007199254740993]\n", 1), ("{\"values\":[1],\"values\":[2]}\n", 1),
    ("[null]\n", 1), ("[[1]]\n", 1), ("\u{FEFF}[1]\n", 1),
  ])
  func badLinesAreNamed(text: String, line: Int) throws {
    try folder.write(text, to: "rows.jsonl")
    let thrown = #expect(throws: PayloadError.self) {
      try judge("rows.jsonl", "rows.jsonl", .tensor)
    }
    #expect(thrown?.position == .line(line))
  }

  @Test(arguments: [
    ("", 1), ("a,a\n1,2\n", 1), ("a,b\n1,2\n1\n", 3), ("a\n\"1\n\n2\n", 2), ("a\n1\n\"1\"2\n", 3),
    ("a\n1\r2\n", 2), ("a,b\n\"x\n\",1\n1,x\n", 2), ("a\n1\nx\n", 3), ("a\n0x10\n", 2),
    ("a\n1\"2\n", 2),
  ])
  func badRecordsAreNamed(text: String, line: Int) throws {
    try folder.write(text, to: "rows.csv")
    let thrown = #expect(throws: PayloadError.self) {
      try judge("rows.csv", "rows.csv", .tensor)
    }
    #expect(thrown?.position == .line(line))
  }

  @Test func namesOfWhatIsNotFiniteAreNumbers() throws {
    try folder.write("a,b,c\nnan,Infinity,-inf\n1,2,3\n", to: "rows.csv")
    try folder.write("[\"NaN\",\"Infinity\",\"-Infinity\"]\n[1,2,3]\n", to: "rows.jsonl")
    let judgement = try judge("rows.csv", "rows.jsonl", .tensor)
    #expect(judgement.verdict == .bitIdentical)
    #expect(judgement.flags == [.nonfinitePresent])
  }

  @Test func lineWithoutEndIsNotHeld() throws {
    try folder.write([UInt8](repeating: 0x20, count: 17 << 20), to: "rows.jsonl")
    try folder.write([UInt8](repeating: 0x61, count: 17 << 20), to: "rows.csv")
    for name in ["rows.jsonl", "rows.csv"] {
      let thrown = #expect(throws: PayloadError.self) { try judge(name, name, .tensor) }
      #expect(thrown?.code == .tooLarge)
    }
  }

  @Test(arguments: ["PAR1", "ARROW1\0\0", "PK\u{3}\u{4}"])
  func foreignFormatsAreNamed(magic: String) throws {
    let thrown = #expect(throws: PayloadError.self) {
      try open(Array(magic.utf8) + .init(repeating: 0, count: 64), "file.npy")
    }
    #expect(thrown?.code == .unsupported)
  }

  private func judge(_ a: String, _ b: String, _ type: OutputType) throws -> Judgement {
    try folder.judge(a, b, type)
  }
}
