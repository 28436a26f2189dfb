internal import StemmaCrypto

extension AuditRun {
  /// Asks for the content that records name, each once, and holds it against its digest.
  ///
  /// What was erased by a record that the walk has not met stays to be asked for: the log may have grown.
  mutating func fetchContent(from source: any ContentSource) async throws(AuditError) {
    let named = contents.takeWaiting()
    for start in stride(from: 0, to: named.count, by: options.concurrency) {
      let some = named[start..<min(start + options.concurrency, named.count)]
      for (item, served) in zip(some, try await fetch(some, from: source)) { judge(item, served) }
    }
  }

  /// Content that is said to be erased, and no erasure of the log says so.
  mutating func reportUnsettledContent() {
    for item in contents.takeWaiting() {
      report.findings.add(
        .index(item.index),
        "its content \(item.key.digest) is said to be erased, by no record that the log has")
    }
  }

  private mutating func judge(_ item: ContentWalk.Named, _ served: ServedContent) {
    let content = item.key.digest
    let problem: String?
    switch served {
    case .absent:
      report.content?.absent += 1
      return
    case .erased(let erasure):
      guard let isErased = erasure.flatMap({ contents.isErased(item.key, by: $0) }) else {
        return contents.putBack(item)
      }
      report.content?.erased += 1
      problem = isErased ? nil : "is said to be erased by a record that does not erase it"
    case .damaged(let reason):
      problem = "cannot be had: \(reason)"
    case .bytes(let digest, let size):
      report.content?.checked += 1
      report.content?.bytes += size
      // The walk had met the erasure before the bytes were asked for.
      problem =
        digest != content
        ? "is served with bytes that hash to \(digest)"
        : contents.isErased(item.key) ? "was erased, and is served" : nil
    }
    if let problem { report.findings.add(.index(item.index), "its content \(content) \(problem)") }
  }

  /// All of them at once; answers in their order.
  private func fetch(
    _ some: ArraySlice<ContentWalk.Named>, from source: any ContentSource
  ) async throws(AuditError) -> [ServedContent] {
    let namespaces = records.memory.namespaces
    let answers = await withTaskGroup(
      of: (Int, Result<ServedContent, AuditError>).self
    ) { group in
      for (number, item) in some.enumerated() {
        let namespace = namespaces[Int(item.key.namespace)]
        group.addTask { (number, await source.result(item.key.digest, in: namespace)) }
      }
      var answers: [Int: Result<ServedContent, AuditError>] = [:]
      for await (number, answer) in group { answers[number] = answer }
      return answers
    }
    var served: [ServedContent] = []
    for number in 0..<some.count {
      if let answer = answers[number] { served.append(try answer.get()) }
    }
    return served
  }
}

extension ContentSource {
  fileprivate func result(
    _ digest: Digest, in namespace: String
  ) async -> Result<ServedContent, AuditError> {
    do throws(AuditError) {
      return .success(try await content(digest, in: namespace))
    } catch {
      return .failure(error)
    }
  }
}
