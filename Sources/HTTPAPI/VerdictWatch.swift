import Canonical
import Logging
import Records
import StemmaCrypto
import Store
import Synchronization

/// Counts the verdicts that this server stored, and says in its log which outputs are divergent: an alert for whoever
/// watches either.
final class VerdictWatch: Sendable {
  private let counts = Mutex<[String: Int]>([:])

  /// - Parameter records: of a commit, in the order in which `stored` has them.
  func took(
    _ records: [Record], _ stored: CommitAnswer, in namespace: Namespace, _ logger: Logger
  ) {
    for (record, entry) in zip(records, stored.records)
    where record.kind == .verdict && entry.created {
      guard let root = try? JSONDocument(parsing: record.canonical).root,
        let verdict = root["verdict"]?.text
      else { continue }
      counts.withLock { $0[verdict, default: 0] += 1 }
      guard verdict.utf8.elementsEqual("divergent".utf8) else { continue }
      logger.warning(
        "outputs are divergent",
        metadata: [
          "namespace": "\(namespace.name)", "verdict": "\(record.digest)",
          "outputs": "\(record.references.map(\.target.description).joined(separator: " "))",
        ])
    }
  }

  /// In the Prometheus text exposition format 0.0.4.
  var text: String {
    let name = "stemma_verdicts_total"
    let series = counts.withLock { $0 }.sorted { $0.key < $1.key }.map {
      "\(name){verdict=\"\($0.key)\"} \($0.value)\n"
    }
    return "# HELP \(name) Verdicts stored by this server.\n# TYPE \(name) counter\n"
      + series.joined()
  }
}
