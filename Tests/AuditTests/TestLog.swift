import Canonical
import Records
import StemmaCrypto
import TransparencyLog

/// A log made in memory, record by record, as a service would make it; tests bend it where they like.
struct TestLog: Sendable {
  struct Item: Sendable {
    var statement: EntryStatement
    var nonce: [UInt8]?
    var record: [UInt8]?
    var erasedBy: Int64?
    /// What the log has; made from nonce and statement.
    var entry: [UInt8]
  }

  var items: [Item] = []
  let key = testKey("log.example/stemma", 1)
  private var byDigest: [String: Int64] = [:]

  /// The time of an index: one that never falls.
  static func time(_ index: Int64) -> String {
    let digits = String(index)
    return "2026-01-01T00:00:00." + String(repeating: "0", count: 6 - digits.count) + digits + "Z"
  }

  /// Adds a record and gives its digest. Its references resolve to the newest records of those digests.
  @discardableResult
  mutating func add(
    _ json: String, in namespace: String = "main", at time: String? = nil,
    targets: [Int64]? = nil
  ) throws -> String {
    let record = try RecordDraft(checking: JSONDocument(parsing: Array(json.utf8)).root)
      .seal(handles: [:])
    let index = Int64(items.count)
    let found = record.references.map { reference in
      byDigest["\(namespace) \(reference.target)"] ?? byDigest["\(reference.target)"] ?? 0
    }
    let statement = EntryStatement(
      namespace: namespace, kind: record.kind, digest: record.digest, principal: "tester",
      committedAt: time ?? Self.time(index),
      references: zip(record.references, targets ?? found).map {
        .init(member: $0.member, role: $0.role, target: $1)
      })
    byDigest["\(namespace) \(record.digest)"] = index
    byDigest["\(record.digest)"] = index
    append(statement, record: record.canonical)
    return record.digest.description
  }

  mutating func append(_ statement: EntryStatement, record: [UInt8]?) {
    let nonce = Array(SHA256.digest(of: Array("nonce \(items.count)".utf8)).bytes.prefix(16))
    items.append(
      Item(
        statement: statement, nonce: nonce, record: record,
        entry: statement.commitment(nonce: nonce).bytes))
  }

  /// Commits an erasure of the record `subject` and destroys its body, perhaps its nonce.
  mutating func erase(_ subject: Int, withNonce: Bool = false, saying what: String? = nil) throws {
    let item = items[subject]
    let what = what ?? (withNonce ? "body_and_nonce" : "body")
    try add(
      #"{"kind":"erasure","reason":"law","subject":"\#(item.statement.digest)","v":1,"what":"\#(what)"}"#,
      in: item.statement.namespace, targets: [Int64(subject)])
    items[subject].record = nil
    items[subject].erasedBy = Int64(items.count - 1)
    if withNonce { items[subject].nonce = nil }
  }

  /// Makes the entry of an item anew from what it says now: the log's operator lies, and signs it.
  mutating func seal(_ index: Int) {
    guard let nonce = items[index].nonce else { return }
    items[index].entry = items[index].statement.commitment(nonce: nonce).bytes
  }

  /// A valid log with records of many kinds, with chains, claims, an import-free second namespace.
  static func valid(_ count: Int) throws -> TestLog {
    var log = TestLog()
    var filler = 0
    let view = try log.addRun()
    while log.items.count < count {
      filler += 1
      let namespace = filler % 5 == 4 ? "other" : "main"
      try log.add(#"{"kind":"context","parameters":{"n":\#(filler)},"v":1}"#, in: namespace)
      if filler % 7 == 0 {
        try log.add(#"{"kind":"note","note":{"n":\#(filler)},"subject":"\#(view)","v":1}"#)
      }
    }
    log.items.removeLast(log.items.count - count)
    return log
  }

  /// A run with everything that it takes: 12 records; gives the view's digest.
  private mutating func addRun() throws -> String {
    func hash(_ word: String) -> String { SHA256.digest(of: Array(word.utf8)).description }
    func content(_ word: String) -> String {
      #"{"digest":"\#(hash(word))","mediaType":"text/plain","size":1}"#
    }
    let input = try add(#"{"content":\#(content("data")),"kind":"input","v":1}"#)
    let model = try add(#"{"content":\#(content("model")),"format":"onnx","kind":"model","v":1}"#)
    let context = try add(#"{"kind":"context","v":1}"#)
    let view = try add(
      #"{"context":"\#(context)","determinism":"run_to_run","inputs":[{"ref":"\#(input)","role":"data"}],"kind":"view","model":"\#(model)","output":{"mediaType":"text/csv","name":"p","type":"scalars"},"v":1}"#
    )
    let device = try add(#"{"class":"a100","kind":"device","share":{"mode":"whole"},"v":1}"#)
    let execution = try add(
      #"{"gang":{"id":"x","size":1,"system":"none"},"id":"00000000-0000-4000-8000-000000000001","kind":"execution","v":1}"#
    )
    try add(
      #"{"attempt":0,"devices":[{"device":"\#(device)"}],"execution":"\#(execution)","kind":"rank","rank":0,"startedAt":"2026-01-01T00:00:00.000000Z","v":1}"#
    )
    let output = try add(
      #"{"content":\#(content("out")),"devices":["\#(device)"],"execution":"\#(execution)","kind":"output","producedAt":"2026-01-01T00:00:00.000000Z","sample":"0","v":1,"view":"\#(view)"}"#
    )
    let first = try add(#"{"kind":"name","name":"m@live","target":"\#(model)","v":1}"#)
    let second = try add(
      #"{"kind":"name","name":"m@live","previous":"\#(first)","target":"\#(view)","v":1}"#)
    try add(
      #"{"kind":"name","name":"m@live","previous":"\#(second)","target":"\#(model)","v":1}"#)
    try add(#"{"kind":"label","label":"secret","reason":"r","subject":"\#(output)","v":1}"#)
    return view
  }
}

/// A key whose seed is one byte, repeated.
func testKey(_ name: String, _ seed: UInt8) -> SigningKey {
  do {
    return try SigningKey(name: name, seed: [UInt8](repeating: seed, count: 32))
  } catch {
    preconditionFailure("\(error)")
  }
}
