import ArgumentParser
import Audit
import Lineage
import Records
import StemmaCrypto
import Store
import TransparencyLog

/// A bundle that was read and checked: lineage with no server.
struct BundledLineage {
  let pool: RecordPool
  /// The newest index of its snapshot.
  let newest: Int64
  /// By index; of one digest in several namespaces, that of the root's namespace comes first.
  private let records: [BundleCheck.BundledRecord]

  /// - Throws: status 1 and what is wrong with it: nothing is told out of a bundle that is not good.
  init(_ path: String, _ verifier: VerifierKeyOption) throws {
    if verifier.vkey == nil {
      Terminal.complain("who signed \(path) was not checked: no --vkey")
    }
    var pool = RecordPool()
    var records: [BundleCheck.BundledRecord] = []
    var unreadable: LineageFormatError?
    let key = verifier.vkey == nil ? nil : try verifier.key()
    let report = try BundleFile.check(path, key: key) { record in
      do throws(LineageFormatError) {
        try pool.add(record.statement, at: record.index, body: record.body)
      } catch {
        unreadable = unreadable ?? error
      }
      records.append(record)
    }
    guard report.isGood, let header = report.header else {
      throw CommandFailure.found(report.findings.lines.joined(separator: "\n"))
    }
    if let unreadable { throw CommandFailure.found("\(path): \(unreadable)") }
    for record in records where record.isUnopenable {
      Terminal.complain(
        "index \(record.index) cannot be verified, nor lineage through it: its nonce was destroyed")
    }
    let own = records.last { $0.statement.digest == header.root }?.statement.namespace
    self.pool = pool
    self.records =
      records.filter { $0.statement.namespace == own }
      + records.filter { $0.statement.namespace != own }
    newest = header.at
  }

  /// The record that a person means: a digest, the beginning of one, a name or name@index, as far as the bundle has it.
  func index(of subject: Subject) throws -> Int64 {
    let text = subject.text
    let hex = text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]
    var found: [Digest] = []
    if DigestPrefix(hex: hex) != nil {
      found = records.map(\.statement.digest).filter {
        $0.description.dropFirst(7).hasPrefix(hex)
      }
    }
    if let named = target(of: Array(text.utf8), at: newest) ?? targetAtIndex(text) {
      found.append(named)
    }
    let candidates = Set(found)
    guard candidates.count < 2 else {
      let list = candidates.map { "  \($0)" }.sorted().joined(separator: "\n")
      throw CommandFailure.usage("\(text) is ambiguous:\n\(list)")
    }
    guard let index = records.first(where: { candidates.contains($0.statement.digest) })?.index
    else { throw CommandFailure.found("not_found: nothing in the bundle is called \(text)") }
    return index
  }

  private func targetAtIndex(_ text: String) -> Digest? {
    guard let sign = text.lastIndex(of: "@"), let at = Int64(text[text.index(after: sign)...])
    else { return nil }
    return target(of: Array(text[..<sign].utf8), at: at)
  }

  /// Where a name pointed, by its newest move in the first namespace that has one.
  private func target(of name: [UInt8], at: Int64) -> Digest? {
    let moves = records.filter { $0.move?.name == name && $0.index <= at }
    let namespace = moves.first?.statement.namespace
    return moves.last { $0.statement.namespace == namespace }?.move?.target
  }
}

/// `--bundle`, which the commands that read lineage take.
struct BundleOption: ParsableArguments {
  @Option(help: "Read this file, which export wrote, instead of asking a server.")
  var bundle: String?
}
