import StemmaCrypto
import Synchronization
import TransparencyLog

extension WitnessedSigner {
  /// What came of showing a checkpoint to the witnesses.
  struct Round {
    /// With the cosignatures that are there.
    let note: SignedNote
    let hasQuorum: Bool
    /// The witnesses that have cosigned more than the checkpoint covers, and how much.
    let ahead: [Int: Int64]
  }

  private enum Arrival {
    case outcome(WitnessOutcome, from: Int)
    case timeIsUp
  }

  /// Shows a checkpoint to each witness that has not cosigned it yet and is not left alone, to all at once.
  ///
  /// Waits for all of them up to the deadline, and once the quorum is there no longer than the grace: a slow
  /// witness must not hold up what does not need it.
  func ask(about signed: SignedCheckpoint) async throws(StoreError) -> Round {
    let bare: SignedNote
    do throws(LogError) {
      bare = try SignedNote(parsing: signed.note)
    } catch {
      throw StoreError(.corrupt, "the signer's checkpoint is no note: \(error.message)")
    }
    let turns = begin(bare.text)
    var proofs: [Int64: Result<[Digest], StoreError>] = [:]
    for from in Set(turns.values) { proofs[from] = await proof(from: from, to: signed.size) }
    let (ready, timing) = (proofs, timing)
    var ahead: [Int: Int64] = [:]
    await withTaskGroup(of: Arrival.self) { group in
      for (place, from) in turns {
        let proof = ready[from] ?? .success([])
        group.addTask {
          .outcome(
            await self.outcome(of: place, bare, size: signed.size, from: from, proof), from: place)
        }
      }
      func wait(_ time: Duration) {
        group.addTask {
          try? await Task.sleep(for: time)
          return .timeIsUp
        }
      }
      wait(timing.deadline)
      var awaited = Set(turns.keys)
      var isInGrace = false
      while !awaited.isEmpty, case .outcome(let outcome, let place) = await group.next() {
        awaited.remove(place)
        if case .ahead(let size) = outcome { ahead[place] = size }
        if case .cosigned(let signature) = outcome { keep(signature, of: bare.text, by: place) }
        took(outcome, from: place, size: signed.size)
        if !isInGrace, policy.isSatisfied(by: cosigned(bare)) {
          isInGrace = true
          wait(timing.grace)
        }
      }
      for place in awaited {
        took(.failed("no answer in time"), from: place, size: signed.size)
      }
      group.cancelAll()
    }
    let note = cosigned(bare)
    return Round(note: note, hasQuorum: policy.isSatisfied(by: note), ahead: ahead)
  }

  /// Whose turn it is, and from which size each one's proof begins.
  private func begin(_ text: [UInt8]) -> [Int: Int64] {
    let now = clock()
    return state.withLock { state in
      if state.text != text { (state.text, state.cosignatures) = (text, [:]) }
      var turns: [Int: Int64] = [:]
      for place in state.witnesses.indices where state.cosignatures[place] == nil {
        if state.witnesses[place].begins(at: now) { turns[place] = state.witnesses[place].size }
      }
      return turns
    }
  }

  private func keep(_ signature: NoteSignature, of text: [UInt8], by place: Int) {
    state.withLock { state in
      if state.text == text { state.cosignatures[place] = signature }
    }
  }

  private func cosigned(_ note: SignedNote) -> SignedNote {
    let known = state.withLock { $0.text == note.text ? $0.cosignatures : [:] }
    return note.adding(known.sorted { $0.key < $1.key }.map(\.value))
  }

  /// One witness's turn: where it tells that it knows the log at another size, it is asked once more.
  private func outcome(
    of place: Int, _ note: SignedNote, size: Int64, from: Int64,
    _ proof: Result<[Digest], StoreError>, isSecondTry: Bool = false
  ) async -> WitnessOutcome {
    let request: AddCheckpointRequest
    do throws(StoreError) {
      request = AddCheckpointRequest(oldSize: from, proof: try proof.get(), checkpoint: note)
    } catch {
      return .failed("not asked, there is no proof from \(from) to \(size): \(error)")
    }
    switch await witnesses[place].addCheckpoint(request) {
    case .cosigned(let signatures):
      return verified(signatures, of: note, by: policy.witnesses[place].key)
    case .conflict(let told) where told > size:
      return .ahead(told)
    case .conflict(let told) where told == from:
      return .contradicted("it says that it knows another root of size \(told)")
    case .conflict(let told) where isSecondTry:
      return .failed("it told size \(from), and then \(told)")
    case .conflict(let told):
      return await outcome(
        of: place, note, size: size, from: told, self.proof(from: told, to: size), isSecondTry: true
      )
    case .refused(let reason): return .contradicted("it will not cosign: \(reason)")
    case .failed(let reason): return .failed(reason)
    }
  }

  /// The first signature that this key made. An old and a new key of the witness may both sign.
  private func verified(
    _ signatures: [NoteSignature], of note: SignedNote, by key: VerifierKey
  ) -> WitnessOutcome {
    for signature in signatures {
      let alone = SignedNote(text: note.text, signatures: [signature])
      if (try? alone.verify(with: [key])) != nil { return .cosigned(signature) }
    }
    return .failed("its answer holds no cosignature of this checkpoint by the policy's key")
  }

  private func proof(from: Int64, to size: Int64) async -> Result<[Digest], StoreError> {
    do throws(StoreError) {
      var hashes: [Tile: [Digest]] = [:]
      for tile in consistencyTiles(from: from, to: size) {
        hashes[tile] = try await reader.hashes(of: tile)
      }
      do throws(LogError) {
        return .success(try proveConsistency(from: from, to: size) { hashes[$0] })
      } catch {
        throw StoreError(.corrupt, error.message)
      }
    } catch {
      return .failure(error)
    }
  }
}
