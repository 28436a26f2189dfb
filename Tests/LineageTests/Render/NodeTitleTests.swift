import Lineage
import Records
import Testing

@Suite struct NodeTitleTests {
  @Test func saysWhatARecordIs() throws {
    let story = try SampleGraphs.story()
    let graph = story.pool.lineage(of: story.verdict, .up)
    let index = GraphIndex(graph)
    let titles = (graph.nodes + graph.beside).sorted { $0.index < $1.index }
      .map { NodeTitle(of: $0, in: index).text }
    #expect(
      titles.joined(separator: "\n") == """
        input application/gzip, 57 kB
        context c=0.01, maxIterations=400, 1 more parameter, code https://git.example/digits.git@7f3c1d2
        view model, bytes, application/x-npy, over 1 input
        device cpu (whole)
        execution 6f1c7c1e, one process
        rank 0 of 1, started 2026-11-24 10:00:00 UTC
        output model, application/octet-stream, 5.3 kB, on cpu (whole)
        ended with code 0, at 2026-11-24 10:00:06 UTC
        model models/digits@production, npy, 5.3 kB, promoted from an output
        view labels, application/x-npy, over 1 input
        execution 0b5a2c9d, 2 ranks, slurm 0b5a2c9d-2d5a-4c7b-9a51-0d7a9c1f2b3e
        device nvidia-a100-sxm4-40gb (mig 3g.20gb, 42 SMs)
        rank 0 of 2, started 2026-11-24 11:00:00 UTC
        rank 1 of 2, started 2026-11-24 11:00:01 UTC
        output labels, key digits/labels, application/x-npy, 2.5 kB, on cpu (whole)
        output labels, application/x-npy, 2.5 kB, on nvidia-a100-sxm4-40gb (mig 3g.20gb, 42 SMs)
        verdict numerically equivalent, over 2 outputs, flags few_rows
        name models/digits@production, of model 88343fd2cef9
        label pii, of input 9d03f2e15c79, handwriting of persons
        retraction of model 88343fd2cef9, was always wrong, trained on test rows
        """)
  }

  @Test func saysWhatMustBeKnownFirst() throws {
    let story = try SampleGraphs.story()
    let graph = GraphIndex(story.pool.lineage(of: story.labels, .up))
    func marks(_ kind: Kind) throws -> String {
      let node = try #require(graph.graph.nodes.first { $0.kind == kind })
      return NodeMarks(of: node, in: graph).text
    }
    #expect(try marks(.model) == "retracted")
    #expect(try marks(.input) == "label pii")
    #expect(try marks(.context).isEmpty)
  }

  /// Without a body there is no detail, and it is said why.
  @Test(arguments: [true, false]) func saysThatTheBodyIsGone(isErased: Bool) throws {
    let story = try SampleGraphs.story()
    var graph = story.pool.lineage(of: story.labels, .up)
    for place in graph.nodes.indices {
      graph.nodes[place].record = nil
      graph.nodes[place].isErased = isErased
    }
    let title = NodeTitle(of: graph.nodes[0], in: GraphIndex(graph))
    #expect(title.text == (isErased ? "output erased" : "output not shown"))
    #expect(title.marks.text == (isErased ? "erased" : ""))
  }

  @Test func hostileTextIsHarmless() throws {
    let hostile = try SampleGraphs.hostile()
    let graph = GraphIndex(hostile.pool.lineage(of: hostile.view, .up))
    for node in graph.graph.nodes {
      let text = NodeTitle(of: node, in: graph).text
      #expect(text.unicodeScalars.allSatisfy { (0x20...0x7E).contains($0.value) || $0 == "…" })
    }
  }

  @Test(arguments: [
    ("plain", "plain"), ("a\r\n\tb", "a   b"), ("\u{1B}[31m", "\\u{1b}[31m"),
    ("\u{202E}x\u{2066}", "\\u{202e}x\\u{2066}"), ("\u{7F}\u{85}", "\\u{7f}\\u{85}"),
    ("a\u{2028}b\u{FEFF}", "a\\u{2028}b\\u{feff}"),
    ("نمی\u{200C}خواهم 漢字 👩\u{200D}🔬", "نمی\u{200C}خواهم 漢字 👩\u{200D}🔬"),
    ("\u{E0041}\u{E000}\u{FFFF}", "\\u{e0041}\\u{e000}\\u{ffff}"),
  ])
  func showsWhatWouldAct(text: String, line: String) {
    #expect(PlainText.line(text) == line)
  }

  @Test func cutsWhatIsLong() {
    #expect(PlainText.line("abcdef", limit: 6) == "abcdef")
    #expect(PlainText.line("abcdefg", limit: 6) == "abcdef…")
  }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9999, "9.9 kB"), (12_345, "12 kB"),
    (1_250_000, "1.2 MB"), (9_007_199_254_740_991, "9.0 PB"),
  ])
  func sizesAreRead(bytes: Int64, text: String) {
    #expect(Amounts.size(bytes) == text)
  }
}
