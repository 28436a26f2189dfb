import Testing

@testable import Store

@Suite struct CommitQueueTests {
  private func item(_ name: String, records: Int = 1, bytes: Int = 1) -> CommitQueue<String>.Item {
    .init(element: name, records: records, bytes: bytes)
  }

  @Test func whatWaitsBecomesTheNextBatch() {
    var queue = CommitQueue<String>()
    #expect(queue.admit(item("a")) == .startWorking)
    #expect(queue.nextBatch() == ["a"])
    #expect(queue.admit(item("b")) == .queued)
    #expect(queue.admit(item("c")) == .queued)
    #expect(queue.nextBatch() == ["b", "c"])
    #expect(queue.nextBatch() == [])
    #expect(queue.admit(item("d")) == .queued, "the loop is still running")
    queue.rest()
    #expect(queue.isWorking, "it does not end while something waits")
    #expect(queue.nextBatch() == ["d"])
    queue.rest()
    #expect(!queue.isWorking)
    #expect(queue.admit(item("e")) == .startWorking)
  }

  @Test func lineIsBoundedInCommitsAndBytes() {
    var queue = CommitQueue<String>(limits: .init(waiting: 2, waitingBytes: 10))
    _ = queue.admit(item("a"))
    #expect(queue.admit(item("b", bytes: 10)) == .refused)
    #expect(queue.admit(item("b")) == .queued)
    #expect(queue.admit(item("c")) == .refused)
    #expect(queue.nextBatch() == ["a", "b"])
    #expect(queue.waitingBytes == 0)
  }

  @Test func batchIsBoundedButALargeCommitGoesAlone() {
    var queue = CommitQueue<String>(limits: .init(batchRecords: 3, batchBytes: 100))
    for name in ["a", "b"] { _ = queue.admit(item(name, records: 2)) }
    _ = queue.admit(item("large", records: 1000, bytes: 1000))
    #expect(queue.nextBatch() == ["a"])
    #expect(queue.nextBatch() == ["b"])
    #expect(queue.nextBatch() == ["large"])
  }

  @Test func closedLineFinishesWhatWaits() {
    var queue = CommitQueue<String>()
    _ = queue.admit(item("a"))
    queue.close()
    #expect(queue.admit(item("b")) == .closed)
    #expect(queue.nextBatch() == ["a"])
  }
}
