package import Canonical
package import Records
internal import StemmaCrypto

/// The records of a run whose output is whole.
///
/// All of them are one commit, after the run: a view that takes another's place is there together with its first output
/// or not at all, and an attempt that came to nothing leaves no trace in the log, as work state leaves none.
package struct WorkRecords: Sendable {
  package let device: Record
  package let execution: Record
  package let rank: Record
  package let output: Record
  package let ended: Record

  /// Of a device of which nobody said how it is shared.
  package static let unknownShare: JSONValue = ["mode": "unknown"]

  /// - Parameters:
  ///   - device: class and share as the worker is configured, for an executor that does not say.
  ///   - startedAt, endedAt: `YYYY-MM-DDThh:mm:ss.ffffffZ`.
  /// - Throws: `.output` where what the executor said is not what records can hold.
  package init(
    of item: WorkItem, result: ExecutorResult, device: (class: String, share: JSONValue?),
    startedAt: String, endedAt: String
  ) throws(WorkerError) {
    let share = device.share ?? Self.unknownShare
    let said: JSONValue = ["class": .string(device.class), "share": share]
    self.device = try Self.seal(.device, members: result.said["device"] ?? said)
    execution = item.execution
    rank = try Self.seal(
      .rank,
      members: .object(present: [
        "execution": .string(execution.digest.description), "rank": 0,
        "attempt": .integer(item.attempt),
        "devices": [["device": .string(self.device.digest.description)]],
        "environment": result.said["environment"], "startedAt": .string(startedAt),
      ]))
    let content = result.content.descriptor
    let isFolder = if case .folder = result.output { true } else { false }
    output = try Self.seal(
      .output,
      members: .object(present: [
        "view": .string(item.view.digest.description),
        "execution": .string(execution.digest.description),
        "devices": [.string(self.device.digest.description)], "sample": .string(item.sample),
        "producedAt": .string(endedAt), "content": isFolder ? .none : content,
        "manifest": isFolder ? content : .none, "key": result.said["key"],
        "compute": result.said["compute"], "summary": result.said["summary"],
        "evidence": result.evidence?.content.descriptor,
      ]))
    ended = try Self.seal(
      .ended,
      members: .object(present: [
        "rank": .string(rank.digest.description), "endedAt": .string(endedAt),
        "exit": ["code": 0], "use": result.said["use"],
      ]))
  }

  /// In an order in which each one's references come before it.
  package var all: [Record] { [device, execution, rank, output, ended] }

  private static func seal(_ kind: Kind, members: JSONValue) throws(WorkerError) -> Record {
    guard case .object(let members) = members else {
      throw WorkerError(.output, "\(kind.name): no JSON object")
    }
    if members.contains(where: { ["kind", "v"].contains($0.0) }) {
      throw WorkerError(.output, "\(kind.name): kind and v are not the executor's to say")
    }
    return try record(
      .object(members + [("kind", .string(kind.name)), ("v", 1)]), or: .output)
  }

  static func record(_ value: JSONValue, or code: WorkerError.Code) throws(WorkerError) -> Record {
    do throws(RecordErrors) { return try Record(canonical: value.canonicalBytes()) } catch {
      let first = error.errors.first.map { "\($0.pointer): \($0.message)" } ?? ""
      throw WorkerError(code, "a record that is none: \(first)")
    }
  }
}
