import Audit
import Canonical
import Records
import StemmaCrypto
import TransparencyLog

/// A bundle as a server and its client would write it; tests bend it where they like.
struct TestBundle {
  var lines: [[UInt8]] = []

  /// Of the output of a small log: 0 input, 1 context, 2 view, 3 device, 4 execution, 5 output, 6 a note that is in no lineage.
  static func ofAnOutput(erasing subject: Int? = nil, withNonce: Bool = false) throws -> TestBundle
  {
    let log = try Self.log(erasing: subject, withNonce: withNonce)
    return try TestBundle(
      log, of: [0, 1, 2, 3, 4, 5] + (subject == nil ? [] : [7]), root: 5,
      contents: [Array("hello".utf8), Array("world!".utf8)])
  }

  static func log(erasing subject: Int? = nil, withNonce: Bool = false) throws -> TestLog {
    var log = TestLog()
    let input = try log.add(
      #"{"content":\#(content("hello")),"kind":"input","v":1}"#)
    let context = try log.add(#"{"kind":"context","v":1}"#)
    let view = try log.add(
      #"{"context":"\#(context)","determinism":"run_to_run","inputs":[{"ref":"\#(input)","role":"data"}],"kind":"view","output":{"mediaType":"text/csv","name":"p","type":"scalars"},"v":1}"#
    )
    let device = try log.add(#"{"class":"a100","kind":"device","share":{"mode":"whole"},"v":1}"#)
    let execution = try log.add(
      #"{"gang":{"id":"x","size":1,"system":"none"},"id":"00000000-0000-4000-8000-000000000001","kind":"execution","v":1}"#
    )
    try log.add(
      #"{"content":\#(content("world!")),"devices":["\#(device)"],"execution":"\#(execution)","kind":"output","producedAt":"2026-01-01T00:00:00.000000Z","sample":"0","v":1,"view":"\#(view)"}"#
    )
    try log.add(#"{"kind":"note","note":{"n":1},"subject":"\#(input)","v":1}"#)
    if let subject { try log.erase(subject, withNonce: withNonce) }
    return log
  }

  init(_ log: TestLog, of indices: [Int], root: Int, contents: [[UInt8]] = []) throws {
    let tree = TestSource(log)
    lines.append(
      JSONValue.object([
        ("bundle", .integer(1)), ("root", .string("\(log.items[root].statement.digest)")),
        ("at", .integer(Int64(log.items.count - 1))),
        ("checkpoint", .string(String(decoding: tree.note, as: UTF8.self))),
      ]).canonicalBytes())
    for index in indices {
      let item = log.items[index]
      let proof = try proveInclusion(index: Int64(index), size: Int64(log.items.count)) { tile in
        tree.files[tile.path].map { bytes in
          stride(from: 0, to: bytes.count, by: 32).compactMap { Digest(bytes: bytes[$0..<$0 + 32]) }
        }
      }
      lines.append(
        JSONValue.object(present: [
          "index": .integer(Int64(index)), "statement": .raw(item.statement.canonicalBytes()),
          "nonce": item.nonce.map { .string(Base64.encode($0)) },
          "entry": item.nonce == nil ? .string(Base64.encode(item.entry)) : nil,
          "record": item.record.map(JSONValue.raw), "erased": item.erasedBy.map(JSONValue.integer),
          "proof": .array(proof.map { .string(Base64.encode($0.bytes)) }),
        ]).canonicalBytes())
    }
    for bytes in contents.sorted(by: { Self.name($0) < Self.name($1) }) {
      // In two pieces.
      for (offset, piece) in [(0, bytes.prefix(3)), (3, bytes.dropFirst(3))] {
        lines.append(
          JSONValue.object([
            ("content", .string(Self.name(bytes))), ("offset", .integer(Int64(offset))),
            ("base64", .string(Base64.encode(Array(piece)))),
          ]).canonicalBytes())
      }
    }
    lines.append(
      JSONValue.object([
        ("records", .integer(Int64(indices.count))), ("contents", .integer(Int64(contents.count))),
      ]).canonicalBytes())
  }

  func check(
    key: VerifierKey? = testKey("log.example/stemma", 1).verifierKey
  ) -> BundleReport {
    var check = BundleCheck(key: key)
    for line in lines { _ = check.take(line) }
    return check.finish()
  }

  private static func name(_ bytes: [UInt8]) -> String { SHA256.digest(of: bytes).description }

  private static func content(_ text: String) -> String {
    #"{"digest":"\#(name(Array(text.utf8)))","mediaType":"text/plain","size":\#(text.utf8.count)}"#
  }
}
