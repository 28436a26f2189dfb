/// The children of one record, ascending, out of its lists.
///
/// Where it stands outlives a hold of the graph's lock: lists only grow, and slots never move.
struct ChildMerge: Sendable {
  /// What is left of one list.
  private struct Run {
    let member: UInt8
    /// In `spans`: the list's newest, where it ends, and the one that is read.
    let end: Int
    var span: Int
    /// Of that span.
    var offset = 0
    /// The child there.
    var child: UInt32
  }

  private var size: UInt32 = 0
  private var spans: [ChildLists.Span] = []
  /// In the order of their members.
  private var runs: [Run] = []

  /// Begins with a record.
  mutating func open(
    _ record: Int, _ children: borrowing ChildLists, below size: UInt32, _ filter: EdgeFilter
  ) {
    self.size = size
    spans.removeAll(keepingCapacity: true)
    runs.removeAll(keepingCapacity: true)
    children.forEachList(of: record) { list in
      guard filter.follows(member: list.member) else { return }
      let end = spans.count
      var all = ChildLists.Spans(of: list)
      while let span = all.next(children) {
        // Ascending: where the first child is too new, all are.
        if children.child(at: span.start) < size { spans.append(span) }
      }
      guard let oldest = spans.last, spans.count > end else { return }
      runs.append(
        Run(
          member: list.member, end: end, span: spans.count - 1,
          child: children.child(at: oldest.start)))
    }
    if runs.count > 1 { runs.sort { $0.member < $1.member } }
  }

  /// Takes up to `limit` children and says how many there were: fewer only at the end.
  @inline(__always)
  mutating func read(
    _ children: borrowing ChildLists, limit: Int, _ body: (_ child: UInt32, _ label: UInt16) -> Void
  ) -> Int {
    var read = 0
    while read < limit, let first = runs.first {
      guard runs.count > 1 else { return read + readOnly(first, children, limit - read, body) }
      // Of equal children, the one with the lower member.
      var least = 0
      for run in 1..<runs.count where runs[run].child < runs[least].child { least = run }
      let slot = spans[runs[least].span].start + runs[least].offset
      body(runs[least].child, children.label(at: slot))
      read += 1
      advance(least, children)
    }
    return read
  }

  private mutating func advance(_ run: Int, _ children: borrowing ChildLists) {
    runs[run].offset += 1
    if runs[run].offset == spans[runs[run].span].count {
      runs[run].span -= 1
      runs[run].offset = 0
    }
    if runs[run].span >= runs[run].end {
      let slot = spans[runs[run].span].start + runs[run].offset
      runs[run].child = children.child(at: slot)
      if runs[run].child < size { return }
    }
    runs.remove(at: run)
  }

  /// The same where one list is left, as in most records: span by span.
  @inline(__always)
  private mutating func readOnly(
    _ run: Run, _ children: borrowing ChildLists, _ limit: Int,
    _ body: (_ child: UInt32, _ label: UInt16) -> Void
  ) -> Int {
    var (run, read) = (run, 0)
    while read < limit {
      let span = spans[run.span]
      let end = min(span.count, run.offset + limit - read)
      for slot in span.start + run.offset..<span.start + end {
        let child = children.child(at: slot)
        guard child < size else {
          runs.removeAll(keepingCapacity: true)
          return read
        }
        body(child, children.label(at: slot))
        read += 1
      }
      run.offset = end
      if end == span.count {
        run.span -= 1
        run.offset = 0
        guard run.span >= run.end else {
          runs.removeAll(keepingCapacity: true)
          return read
        }
      }
    }
    // The child there was read already where another list had the turn.
    run.child = children.child(at: spans[run.span].start + run.offset)
    runs[0] = run
    return read
  }
}
