package import TransparencyLog

/// Somebody else who remembers the log and cosigns its checkpoints: a C2SP tlog-witness.
///
/// Durability: what it cosigned, it remembers. Consistency: it cosigns no two histories; whether it did
/// cosign is for the caller to verify. A call is one try and never throws, returns soon after it was
/// cancelled, and may be repeated: one whose answer was lost is a `.conflict` with the new size the
/// next time.
package protocol Witness: Sendable {
  func addCheckpoint(_ request: AddCheckpointRequest) async -> AddCheckpointAnswer
}
