import Canonical
import Records
import StemmaCrypto

// What ran where, and whether all of it did.
extension StoryTeller {
  var runs: [Sentence] {
    switch root.kind {
    case .output: run(of: root)
    case .execution: gang(of: root, "this run") + environment(of: root)
    default: []
    }
  }

  private func run(of output: Node) -> [Sentence] {
    var told: [Sentence] = []
    for node in targets(of: output, .outputDevices) {
      told.append(say("It ran on \(device(node)).", output, node))
    }
    if let compute = output.record?["compute"] {
      told.append(say("In effect: \(list(compute.settings)).", output))
    }
    for execution in targets(of: output, .outputExecution) {
      told.append(say("It was run by the \(title(execution)).", output, execution))
      told += gang(of: execution, "this run")
      told += environment(of: execution)
    }
    return told
  }

  /// `nvidia-a100-sxm4-80gb (whole), driver 570.86.15, runtime not recorded`.
  func device(_ node: Node) -> String {
    guard let record = node.record else { return "a device whose record was erased" }
    let driver = record["driver"].map { "driver \($0.plain)" } ?? "driver not recorded"
    let runtime = record["runtime"].map { ", runtime \($0.plain)" } ?? ""
    let isShareUnknown = record["share"]?["mode"]?.isText("unknown") ?? true
    let title =
      isShareUnknown
      ? "\(record["class"]?.plain ?? "?") (how much of it is not known)" : TitleFacts.device(record)
    return "\(title), \(driver)\(runtime)"
  }

  /// Whether every rank of an execution started, and how they ended: of each rank, its last attempt.
  ///
  /// - Parameter run: what the sentences call it.
  func gang(of execution: Node, _ run: String) -> [Sentence] {
    guard let size = execution.record?["gang"]?["size"]?.integer else { return [] }
    let listed = speakers(.rankExecution, about: execution)
    if listed.count >= BesideWalk.limitEach {
      return [
        say(
          "Of the \(size) ranks of \(run), only the newest \(listed.count) starts are looked at here.",
          execution)
      ]
    }
    let ranks = lastAttempts(listed)
    let ends = ranks.map { (rank: $0, end: speakers(.endedRank, about: $0).last) }
    let good = ends.filter { $0.end?.record?["exit"]?["code"]?.integer == 0 }.compactMap(\.end)
    let who = size == 1 ? "The one process of \(run)" : "All \(size) ranks of \(run)"
    if Int64(ranks.count) != size {
      let known = "\(ranks.count) of \(Amounts.count(size, "rank")) of \(run)"
      return [
        say(
          "Incomplete: \(known) \(ranks.count == 1 ? "is" : "are") known to have started.",
          [execution] + ranks)
      ] + told(of: ends)
    }
    if good.count == ranks.count {
      return [say("\(who) started and ended with exit code 0.", [execution] + ranks + good)]
    }
    return [say("\(who) started.", [execution] + ranks)] + told(of: ends)
  }

  /// The ranks that did not end well, or are not known to have ended.
  private func told(of ends: [(rank: Node, end: Node?)]) -> [Sentence] {
    func number(_ rank: Node) -> String { rank.record?["rank"]?.plain ?? "?" }
    var told: [Sentence] = []
    for (rank, end) in ends {
      guard let end, let exit = end.record?["exit"], exit["code"]?.integer != 0 else { continue }
      let how =
        exit["code"].map { "with exit code \($0.plain)" }
        ?? exit["signal"].map { "by signal \($0.plain)" }
        ?? "in a way that nobody saw: \(exit["unknown"]?.plain ?? "?")"
      told.append(say("Rank \(number(rank)) ended \(how).", rank, end))
    }
    let open = ends.filter { $0.end == nil }.map(\.rank)
    if !open.isEmpty {
      let who =
        open.count == 1 ? "Rank \(number(open[0])) is" : "Ranks \(list(open.map(number))) are"
      told.append(say("\(who) not known to have ended.", open))
    }
    return told
  }

  /// What the first rank says of the software around it.
  private func environment(of execution: Node) -> [Sentence] {
    let ranks = lastAttempts(speakers(.rankExecution, about: execution))
    guard let rank = ranks.first, let environment = rank.record?["environment"] else { return [] }
    let who = ranks.count == 1 ? "Its" : "Rank \(rank.record?["rank"]?.plain ?? "?")'s"
    return [say("\(who) environment: \(list(environment.settings)).", rank)]
  }

  /// Of each rank the last attempt, by number.
  func lastAttempts(_ ranks: [Node]) -> [Node] {
    var last: [Int64: Node] = [:]
    for rank in ranks {
      let number = rank.record?["rank"]?.integer ?? -1 - rank.index
      let attempt = rank.record?["attempt"]?.integer ?? 0
      if attempt >= last[number]?.record?["attempt"]?.integer ?? 0 { last[number] = rank }
    }
    return last.sorted { $0.key < $1.key }.map(\.value)
  }
}
