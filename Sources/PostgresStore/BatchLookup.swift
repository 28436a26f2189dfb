import Postgres
import Records
import StemmaCrypto
import Store
import TransparencyLog

/// Every look-up of a batch, in one round trip with what reads the head before them.
struct BatchLookup {
  private let questions: BatchQuestions
  private let ids: [Namespace: Int32]
  /// Questions in namespaces that exist; in others the answer is known: nothing is there.
  private let records: [Scoped<Digest>]
  private let claims: [Scoped<Digest>]
  private let chains: [Scoped<EventChain>]
  private let content: [Scoped<Digest>]

  init(_ questions: BatchQuestions, ids: [Namespace: Int32]) {
    self.questions = questions
    self.ids = ids
    records = questions.records.filter { ids[$0.namespace] != nil }
    claims = questions.claims.filter { ids[$0.namespace] != nil }
    chains = questions.chains.filter { ids[$0.namespace] != nil }
    content = questions.content.filter { ids[$0.namespace] != nil }
  }

  /// Begins the batch's transaction; the last of them answers with the head.
  static let lockingHead: [PostgresConnection.Step] = [
    (CommitSQL.begin, Parameters()), (CommitSQL.lockHead, Parameters()),
  ]

  /// The look-ups. What they see is no older than a head that was read before them.
  var steps: [PostgresConnection.Step] {
    var steps: [PostgresConnection.Step] = []
    if !records.isEmpty { steps.append((CommitSQL.findRecords, keys(records))) }
    if !claims.isEmpty { steps.append((CommitSQL.findClaims, keys(claims))) }
    if !chains.isEmpty {
      var parameters = Parameters()
      parameters.append(chains.map { ids[$0.namespace] ?? 0 })
      parameters.append(chains.map(\.value.kind.rawValue))
      parameters.append(chains.map(\.value.subject))
      steps.append((CommitSQL.findChains, parameters))
    }
    if !content.isEmpty { steps.append((CommitSQL.findContent, keys(content))) }
    return steps
  }

  private func keys(_ scoped: [Scoped<Digest>]) -> Parameters {
    var parameters = Parameters()
    parameters.append(scoped.map { ids[$0.namespace] ?? 0 })
    parameters.append(digests: scoped.count) { scoped[$0].value }
    return parameters
  }

  /// Reads the answers, in the order of `steps`, into `facts`.
  func read(
    _ rows: ArraySlice<Rows>, into facts: inout BatchFacts
  ) throws(PostgresError) {
    var rest = rows
    facts.records.reserveCapacity(2 * records.count)
    if !records.isEmpty, let found = rest.popFirst() {
      for row in 0..<found.count {
        guard let kind = Kind(rawValue: try found.int16(row, 2)) else {
          throw PostgresError(.decoding, "a record of an unknown kind: the database is newer")
        }
        facts.records[records[try position(found, row, records.count)]] = .init(
          index: try found.int64(row, 1), kind: kind,
          content: try found.optionalBytes(row, 3).flatMap { Digest(bytes: $0) })
      }
    }
    if !claims.isEmpty, let found = rest.popFirst() {
      for row in 0..<found.count {
        facts.claims[claims[try position(found, row, claims.count)]] = try holder(found, row)
      }
    }
    if !chains.isEmpty, let found = rest.popFirst() {
      for row in 0..<found.count {
        facts.chains[chains[try position(found, row, chains.count)]] = try holder(found, row)
      }
    }
    if !content.isEmpty, let found = rest.popFirst() {
      for row in 0..<found.count {
        let item = content[try position(found, row, content.count)]
        if try found.bool(row, 1) {
          facts.erasedContent.insert(item)
        } else {
          facts.content.insert(item)
        }
      }
    }
  }

  /// Column 0 of every answer: which question, from 1.
  private func position(
    _ rows: Rows, _ row: Int, _ count: Int
  ) throws(PostgresError) -> Int {
    let position = Int(try rows.int64(row, 0)) - 1
    guard (0..<count).contains(position) else {
      throw PostgresError(.decoding, "an answer to no question")
    }
    return position
  }

  private func holder(_ rows: Rows, _ row: Int) throws(PostgresError) -> BatchFacts.Holder {
    guard let digest = Digest(bytes: try rows.bytes(row, 2)) else {
      throw PostgresError(.decoding, "a digest that is not 32 bytes")
    }
    return .init(index: try rows.int64(row, 1), digest: digest)
  }
}
