import Canonical
import NIOHTTP1
import StemmaCrypto
import Worker

/// Leases items one after the other, and does what they ask for.
struct RebuildWorker {
  /// For people, in the list of items.
  let name: String
  let jobs: JobRun
  /// Nil: items of any.
  let rebuild: String?
  /// Ends where nothing can be leased, whatever others have.
  let isOnce: Bool
  let report: RebuildReport

  private var client: PatientClient { jobs.client }

  func work() async throws {
    var pause = Duration.milliseconds(200)
    while !jobs.stop.isAsked {
      if let node = try await lease() {
        report.tell(try await outcome(of: node))
        pause = .milliseconds(200)
      } else {
        if try await isOver() { return }
        guard try await jobs.stop.pause(pause) else { return }
        pause = min(pause * 2, .seconds(2))
      }
    }
  }

  private func lease() async throws -> JSONNode? {
    let answer = try await client.post(
      "leases",
      .object(present: [
        "worker": .string(name), "class": .string(jobs.device.class), "count": 1,
        "seconds": .integer(LeaseHold.seconds), "rebuild": rebuild.map(JSONValue.string),
        "executors": .array(jobs.configuration.executors.keys.sorted().map(JSONValue.string)),
      ]))
    return try answer.json()["leases"]?.elements.map(\.self).first
  }

  private func outcome(of node: JSONNode) async throws -> ItemOutcome {
    do {
      return try await jobs.run(try WorkItem(node))
    } catch let error as WorkerError {
      // Nothing that another attempt of this worker would do better: it goes on no further.
      throw CommandFailure.unavailable(error.message)
    }
  }

  private func isOver() async throws -> Bool {
    if isOnce { return true }
    guard let rebuild else { return false }
    return RebuildCounts(try await client.get("rebuilds/\(rebuild)")).isOver
  }
}
