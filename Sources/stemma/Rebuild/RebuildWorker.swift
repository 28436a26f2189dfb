import Canonical
import NIOHTTP1
import Store
import Synchronization
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
  let budget: ItemBudget
  let report: RebuildReport

  private var client: PatientClient { jobs.client }

  func work() async throws {
    var pause = Duration.milliseconds(200)
    while !jobs.stop.isAsked, budget.take() {
      if let node = try await lease() {
        report.tell(try await jobs.outcome(of: node))
        pause = .milliseconds(200)
      } else {
        budget.giveBack()
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
        "worker": .string(name), "class": .string(jobs.deviceGroup.name), "count": 1,
        "seconds": .integer(LeaseHold.seconds), "rebuild": rebuild.map(JSONValue.string),
        "executors": .array(jobs.configuration.executors.keys.sorted().map(JSONValue.string)),
      ]))
    return try answer.json()["leases"]?.elements.map(\.self).first
  }

  private func isOver() async throws -> Bool {
    if isOnce { return true }
    guard let rebuild else { return false }
    return RebuildCounts(try await client.get("rebuilds/\(rebuild)")).isOver
  }
}

/// How many items may still be begun; all workers of a process share it.
final class ItemBudget: Sendable {
  private let left: Mutex<Int?>

  /// - Parameter items: nil: as many as there are.
  init(_ items: Int?) { left = Mutex(items) }

  func take() -> Bool {
    left.withLock { left in
      guard let items = left else { return true }
      guard items > 0 else { return false }
      left = items - 1
      return true
    }
  }

  /// What was taken was not used.
  func giveBack() { left.withLock { left in left = left.map { $0 + 1 } } }
}

/// Leases that somebody else got, one after the other.
final class LeasedItems: Sendable {
  private let rest: Mutex<ArraySlice<JSONNode>>

  init(_ leases: [JSONNode]) { rest = Mutex(leases[...]) }

  func next() -> JSONNode? { rest.withLock { $0.popFirst() } }
}
