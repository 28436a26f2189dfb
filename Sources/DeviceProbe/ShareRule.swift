/// Which share of a card this is.
///
/// Under time-slicing a container sees a whole card, so it can never prove that it has one: that takes the node's word, or a
/// process that stands in the node's own pid namespace and finds nobody else on the card.
struct ShareRule {
  let surroundings: Surroundings

  /// The share of a MIG device.
  static func mig(_ nvml: Readings) -> Share {
    let profile = nvml.text("name").flatMap { DeviceName.split($0).profile }
    return Share(
      .mig, profile: profile, smCount: nvml.number("smCount"), because: "NVML lists a MIG device")
  }

  /// The share of a card that has no MIG device for this process.
  func decide(_ card: CardReadings) -> Share {
    let nvml = card.nvml
    let smCount = card.cuda.number("smCount")
    if nvml.number("migMode") == 1 {
      return Share(.unknown, because: "MIG is on and no MIG device is to be seen")
    }
    if nvml.number("virtualizationMode") == 2 {
      return Share(.unknown, because: "a vGPU guest: the host cuts the card")
    }
    if let limiter = surroundings.limiter {
      return Share(.unknown, because: "\(limiter) limits what programs see of the card")
    }
    if let clients = nvml.number("mpsProcesses"), clients > 0 {
      return Share(.mps, because: "NVML lists MPS processes")
    }
    switch surroundings.nodeSharing {
    case .timeSlicing: return Share(.timeSliced, because: "the node's labels say time-slicing")
    case .mps: return Share(.unknown, because: "the node's labels say MPS and NVML lists none")
    case .exclusive:
      return surroundings.mpsVariable == nil
        ? Share(.whole, smCount: smCount, because: "the node's labels say that nobody shares it")
        : unproven
    case nil: return withoutNode(nvml, smCount)
    }
  }

  private func withoutNode(_ nvml: Readings, _ smCount: Int64?) -> Share {
    if surroundings.mpsVariable != nil { return unproven }
    guard surroundings.isHost else {
      return Share(
        .unknown, because: "a container cannot tell a whole card from one that is time-sliced")
    }
    guard let others = nvml.number("computeProcesses"), nvml.number("mpsProcesses") != nil else {
      return Share(.unknown, because: "NVML does not list the card's processes")
    }
    return others == 0
      ? Share(.whole, smCount: smCount, because: "on the host, and no process is on the card")
      : Share(.unknown, because: "other processes are on the card")
  }

  /// The variable is no proof: without its daemon a program runs without MPS, and says nothing.
  private var unproven: Share {
    Share(.unknown, because: "the environment says MPS and NVML lists no MPS process")
  }
}
