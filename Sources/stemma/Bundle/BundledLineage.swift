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
  /// What names pointed to, in the order of the moves that are in it.
  private let moves: [(index: Int64, name: [UInt8], target: Digest)]
  private let digests: [(digest: Digest, index: Int64)]

  /// - Throws: status 1 and what is wrong with it: nothing is told out of a bundle that is not good.
  init(_ path: String, _ verifier: VerifierKeyOption) throws {
    if verifier.vkey == nil {
      Terminal.complain("who signed \(path) was not checked: no --vkey")
    }
    var pool = RecordPool()
    var moves: [(index: Int64, name: [UInt8], target: Digest)] = []
    var digests: [(digest: Digest, index: Int64)] = []
    var unreadable: LineageFormatError?
    let key = verifier.vkey == nil ? nil : try verifier.key()
    let report = try BundleFile.check(path, key: key) { record in
      do throws(LineageFormatError) {
        try pool.add(record.statement, at: record.index, body: record.body)
      } catch {
        unreadable = unreadable ?? error
      }
      digests.append((record.statement.digest, record.index))
      if let move = record.move { moves.append((record.index, move.name, move.target)) }
    }
    guard report.isGood, let header = report.header else {
      throw CommandFailure.found(BundleOutput(report: report).findings.joined(separator: "\n"))
    }
    if let unreadable { throw CommandFailure.found("\(path): \(unreadable)") }
    (self.pool, self.moves, self.digests) = (pool, moves, digests)
    newest = header.at
  }

  /// The record that a person means: a digest, the beginning of one, a name or name@index, as far as the bundle has it.
  func index(of subject: Subject) throws -> Int64 {
    let text = subject.text
    let hex = text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]
    var found: [Int64] = []
    if DigestPrefix(hex: hex) != nil {
      found = digests.filter { $0.digest.description.dropFirst(7).hasPrefix(hex) }.map(\.index)
    }
    if let named = target(of: Array(text.utf8), at: newest) ?? targetAtIndex(text) {
      found.append(named)
    }
    guard let index = found.first else {
      throw CommandFailure.found("not_found: nothing in the bundle is called \(text)")
    }
    guard Set(found).count == 1 else {
      throw CommandFailure.usage("\(text) is ambiguous: indices \(found)")
    }
    return index
  }

  private func targetAtIndex(_ text: String) -> Int64? {
    guard let sign = text.lastIndex(of: "@"), let at = Int64(text[text.index(after: sign)...])
    else { return nil }
    return target(of: Array(text[..<sign].utf8), at: at)
  }

  private func target(of name: [UInt8], at: Int64) -> Int64? {
    guard let move = moves.last(where: { $0.name == name && $0.index <= at }) else { return nil }
    return digests.last { $0.digest == move.target && $0.index < move.index }?.index
  }
}

/// `--bundle`, which the commands that read lineage take.
struct BundleOption: ParsableArguments {
  @Option(help: "Read this file, which export wrote, instead of asking a server.")
  var bundle: String?
}
