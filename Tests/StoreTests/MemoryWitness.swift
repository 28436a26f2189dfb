import StemmaCrypto
import Synchronization

@testable import Store
@testable import TransparencyLog

/// A witness in memory, that checks what it cosigns, and that can be told to go wrong.
final class MemoryWitness: Witness {
  /// What it does instead of what it should.
  enum Fault: Sendable, CaseIterable {
    case late, dead, wrongSignature, otherCheckpoint, otherKey, noSignature, forgetful, sameSize,
      fork
    case ahead, otherKeyKnown
  }

  struct State {
    var size: Int64 = 0
    var root = RightEdge().root
    var fault: Fault?
    /// The old size of each request.
    var asked: [Int64] = []
  }

  let key: CosigningKey
  let state: Mutex<State>

  init(_ number: UInt8, _ fault: Fault? = nil) throws {
    key = try CosigningKey(name: "w\(number)", seed: [UInt8](repeating: number, count: 32))
    state = Mutex(State(fault: fault))
  }

  var asked: [Int64] { state.withLock { $0.asked } }
  var size: Int64 { state.withLock { $0.size } }

  func addCheckpoint(_ request: AddCheckpointRequest) async -> AddCheckpointAnswer {
    let fault = state.withLock { state in
      state.asked.append(request.oldSize)
      return state.fault
    }
    let text = request.checkpoint.text
    switch fault {
    case .late:
      try? await Task.sleep(for: .seconds(3600))
      return .failed("cancelled")
    case .dead: return .failed("dead")
    case .wrongSignature:
      // A true signature under another time than it was made for.
      let (made, later) = (key.cosign(text, time: 1), key.cosign(text, time: 2))
      return .cosigned([
        NoteSignature(
          by: key.verifierKey, bytes: Array(later.bytes.prefix(8)) + made.bytes.dropFirst(8))
      ])
    case .otherCheckpoint: return .cosigned([key.cosign(text + Array("more\n".utf8), time: 1)])
    case .otherKey:
      guard let other = try? CosigningKey(name: "other", seed: [UInt8](repeating: 77, count: 32))
      else { return .failed("no key") }
      return .cosigned([other.cosign(text, time: 1)])
    case .noSignature: return .cosigned([])
    case .forgetful: return .conflict(size: request.oldSize == 0 ? 1 : 0)
    case .sameSize: return .conflict(size: request.oldSize)
    case .fork: return .refused("status 422: the proof does not check")
    case .otherKeyKnown: return .refused("status 403: no signature by the key that I know")
    case .ahead: return .conflict(size: 1_000_000)
    case nil: return state.withLock { $0.add(request, key) }
    }
  }
}

extension MemoryWitness.State {
  fileprivate mutating func add(
    _ request: AddCheckpointRequest, _ key: CosigningKey
  ) -> AddCheckpointAnswer {
    do throws(LogError) {
      let checkpoint = try Checkpoint(parsing: request.checkpoint.text)
      guard request.oldSize == size else { return .conflict(size: size) }
      try checkConsistency(
        request.proof, from: size, root: root, to: checkpoint.size, root: checkpoint.root)
      (size, root) = (checkpoint.size, checkpoint.root)
      return .cosigned([key.cosign(request.checkpoint.text, time: 1)])
    } catch {
      return .refused("status 422: \(error.message)")
    }
  }
}
