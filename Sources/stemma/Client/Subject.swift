import ArgumentParser
import Canonical
import NIOHTTP1
import Records
import StemmaCrypto
import Store

/// What a person calls a record: its digest, the beginning of one, a name, or `name@index`.
struct Subject: ExpressibleByArgument {
  /// For an argument's help.
  static let spelling =
    "sha256:…, at least 4 digits of it, a name, or name@INDEX (where the name pointed then)."

  let text: String

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    text = argument
  }

  /// How many candidates an ambiguous beginning lists.
  private static let listed = 20

  /// The digest that is meant.
  ///
  /// A whole name wins over `name@index`. What is both a name and the beginning of a digest means neither:
  /// otherwise somebody could give a name that hides a record.
  ///
  /// - Parameter at: an index or a time: the snapshot in which names point somewhere and digests
  ///   begin so; nil: now.
  /// - Throws: status 1 where nothing is called so, 2 where more than one thing is.
  func resolve(_ client: StemmaClient, at: String? = nil) async throws -> Digest {
    if let digest = Digest(parsing: text) { return digest }
    var candidates = try await beginning(client, at)
    if let named = try await name(client, at) {
      candidates.removeAll { $0.digest == named.digest }
      candidates.append(named)
    }
    switch candidates.count {
    case 0: throw CommandFailure.found("not_found: nothing here is called \(text)")
    case 1: return candidates[0].digest
    default:
      let lines = candidates.prefix(Self.listed).map { "  \($0.digest)  \($0.what)" }
      let more = candidates.count > Self.listed ? ["  …"] : []
      throw CommandFailure.usage(
        (["\(text) is ambiguous:"] + lines + more).joined(separator: "\n"))
    }
  }

  private typealias Candidate = (digest: Digest, what: String)

  private func beginning(_ client: StemmaClient, _ at: String?) async throws -> [Candidate] {
    let hex = text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]
    guard DigestPrefix(hex: hex) != nil else { return [] }
    let query = QueryString([
      ("prefix", String(hex)), ("at", at), ("limit", String(Self.listed + 1)),
    ])
    let page = try await client.send(.GET, "records" + query.text)
    let records = try page.json()["records"]?.elements.map(\.self) ?? []
    return records.compactMap { record in
      guard let digest = record["digest"]?.digest else { return nil }
      return (digest, "\(record["kind"]?.text ?? "?") \(record["index"]?.integer ?? -1)")
    }
  }

  private func name(_ client: StemmaClient, _ at: String?) async throws -> Candidate? {
    if let digest = try await target(of: text, client, at) { return (digest, "name \(text)") }
    guard let sign = text.lastIndex(of: "@"), let index = Int64(text[text.index(after: sign)...])
    else { return nil }
    let digest = try await target(of: String(text[..<sign]), client, String(index))
    return digest.map { ($0, "name \(text)") }
  }

  private func target(
    of name: String, _ client: StemmaClient, _ at: String?
  ) async throws -> Digest? {
    guard NameMove.isName(Array(name.utf8)) else { return nil }
    let path = "names/\(pathSegment(name))" + QueryString([("at", at)]).text
    guard let answer = try await client.sendIfFound(path) else { return nil }
    return try answer.json()["target"]?.digest
  }
}

/// `?a=b&c=d`, escaped; parameters without a value are left out.
struct QueryString {
  let text: String

  init(_ parameters: [(String, String?)]) {
    let pairs = parameters.compactMap { name, value in
      value.map { "\(name)=\(pathSegment($0))" }
    }
    text = pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
  }
}
