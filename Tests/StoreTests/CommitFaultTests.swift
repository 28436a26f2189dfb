import Glibc
import Records
import Signer
import StemmaCrypto
import StoreFixtures
import Synchronization
import Testing
import TransparencyLog

@testable import Store

/// Each step of a commit fails, or is done and its answer lost, alone and in pairs, with and without a new
/// start after it. Whatever was acknowledged is there once, under a signature; the log never forks.
@Suite struct CommitFaultTests {
  private static let plans: [[Fault]] =
    Fault.all.map { [$0] } + Fault.all.flatMap { first in Fault.all.map { [first, $0] } }

  @Test(arguments: plans, [false, true])
  func nothingAcknowledgedIsLostAndNothingForks(plan: [Fault], restarts: Bool) async throws {
    let folder = try temporaryFolder()
    defer { remove(folder) }
    try FileSigner.create(
      in: folder, origin: "example.org/log", seed: [UInt8](repeating: 7, count: 32))
    let ledger = MemoryLedger()
    let saboteur = Saboteur(plan)
    var run: Run! = try Run(folder, ledger, saboteur)
    var acknowledged: [(Digest, Int64)] = []
    var checkpoints: [SignedCheckpoint] = []
    for number in 0..<4 {
      let record = try context(number)
      let request = commit([record])
      while true {
        do throws(StoreError) {
          let done = try await run.committer.commit(request, deadline: .now + .seconds(600))
          guard case .stored(let answer) = done.outcome else { break }
          acknowledged.append((record.digest, answer.records[0].index))
          checkpoints.append(done.checkpoint)
          #expect(done.checkpoint.size > answer.records[0].index, "covered when acknowledged")
          break
        } catch {
          #expect(error.code != .signerRefuses, "these faults are no reason to stop")
        }
        if restarts {
          run = nil
          run = try await Run.again(folder, ledger, saboteur)
        }
      }
    }
    // Every step of a commit comes again with the next try and the next commit, so every plan is carried out.
    #expect(saboteur.isDone)
    let key = run.signer.verifierKey
    let state = ledger.state
    #expect(acknowledged.map(\.1) == [0, 1, 2, 3], "one entry each, without a gap")
    #expect(state.records.map(\.record.digest) == acknowledged.map(\.0))
    var edge = RightEdge()
    var roots = [edge.root]
    for entry in state.entries {
      edge.append(TreeHash.leaf(entry.commitment.bytes))
      roots.append(edge.root)
    }
    for signed in checkpoints + [state.published] {
      let checkpoint = try Checkpoint(
        opening: SignedNote(parsing: signed.note), origin: "example.org/log", key: key)
      #expect(checkpoint.size == signed.size)
      #expect(checkpoint.root == roots[Int(checkpoint.size)], "every checkpoint is of one history")
    }
    #expect(state.published.size == 4)
  }

  /// One run of a server: its committer and its signer, on what an earlier run left.
  private struct Run {
    let signer: FileSigner
    let committer: GroupCommitter

    init(_ folder: String, _ ledger: MemoryLedger, _ saboteur: Saboteur) throws {
      let signer = try FileSigner(folder: folder)
      self.signer = signer
      committer = GroupCommitter(
        ledger: FaultyLedger(ledger: ledger, saboteur: saboteur),
        signer: FaultySigner(signer: signer, saboteur: saboteur),
        now: { Timestamp(microseconds: 1) }, random: { randomBytes($0) })
    }

    /// A run after another one. The lock on the signer's folder goes with the other's last task, which may end
    /// after the last answer.
    static func again(
      _ folder: String, _ ledger: MemoryLedger, _ saboteur: Saboteur
    ) async throws -> Run {
      for _ in 0..<2000 {
        if let run = try? Run(folder, ledger, saboteur) { return run }
        try await Task.sleep(for: .milliseconds(5))
      }
      return try Run(folder, ledger, saboteur)
    }
  }
}

private func temporaryFolder() throws -> String {
  var template = Array("/tmp/stemma-faults-XXXXXX".utf8CString)
  try #require(unsafe mkdtemp(&template) != nil)
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    + "/signer"
}

private func remove(_ folder: String) {
  for name in ["key", "lock", "journal", "vkey", "checkpoint"] {
    unsafe unlink("\(folder)/\(name)")
  }
  unsafe rmdir(folder)
  unsafe rmdir(String(folder.dropLast("/signer".count)))
}
