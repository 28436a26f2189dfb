import Canonical
import Records
import StemmaCrypto
import Worker

/// Judges what nobody judged: a worker may be killed after it committed an output and before it held it against others.
///
/// The server finishes such an item by itself when its lease is over, so no worker sees it again. Only items that were
/// begun more often than once can be meant.
struct CatchUp {
  let client: PatientClient
  let scratch: ScratchFolder

  /// Tells what came of it; of outputs that were judged, nothing.
  func judge(_ rebuild: String, _ report: RebuildReport) async throws {
    var after: Int64?
    repeat {
      let query = QueryString([
        ("state", "done"), ("limit", "1000"), ("after", after.map(String.init)),
      ])
      let page = try await client.get("rebuilds/\(rebuild)/items" + query.text)
      for item in page["items"]?.elements.map(\.self) ?? []
      where (item["attempts"]?.integer ?? 0) > 1 {
        try await judge(item, report)
      }
      after = page["next"]?.integer
    } while after != nil
  }

  private func judge(_ item: JSONNode, _ report: RebuildReport) async throws {
    guard let output = item["output"]?.digest, let id = item["item"]?.text,
      let view = item["viewTo"]?.digest
    else { return }
    let folder = try JobFolder("late-\(id)", in: scratch)
    defer { try? folder.remove() }
    let judged = try await SiblingJudge(client: client, folder: folder)
      .judge(output, of: view, predecessor: nil)
    if case .nothing = judged { return }
    report.tell(
      ItemOutcome(
        item: id, view: view, attempt: item["attempts"]?.integer ?? 0,
        what: .judged(output, judged), seconds: 0))
  }
}
