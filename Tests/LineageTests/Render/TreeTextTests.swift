import Records
import StemmaCrypto
import Testing

@testable import Lineage

@Suite struct TreeTextTests {
  @Test func drawsWhatAnOutputRestsOn() throws {
    let story = try SampleGraphs.story()
    let graph = story.pool.lineage(of: story.labels, .up)
    #expect(
      TreeText.render(graph, TextStyle()) == """
        output labels, key digits/labels, application/x-npy, 2.5 kB, on cpu (whole)  #14 276d162e1fb5
        │  · execution 6f1c7c1e, one process  #4 accad3822995
        │      rank 0 of 1, started 2026-11-24 10:00:00 UTC, ended with code 0  #5 6201fbfa994d
        │  · device cpu (whole)  #3 552a519a2dd4
        │  · verdict numerically equivalent, over 2 outputs, flags few_rows  #16 1a12bbda7186
        └─ view labels, application/x-npy, over 1 input  #9 01c4f8adbebb
           ├─ model [retracted] models/digits@production, npy, 5.3 kB, promoted from an output  #8 88343fd2cef9
           │  │  · name models/digits@production  #17 1c2b9a3472ea
           │  │  · retraction was always wrong, trained on test rows  #19 85bfeacfc07f
           │  └─ promotedFrom: output model, application/octet-stream, 5.3 kB, on cpu (whole)  #6 c58150c7c47c
           │     │  · execution 6f1c7c1e, one process  #4 accad3822995 (shown above)
           │     │  · device cpu (whole)  #3 552a519a2dd4
           │     └─ view model, bytes, application/x-npy, over 1 input  #2 6ce90e5a2c01
           │        ├─ inputs data: input [label pii] application/gzip, 57 kB  #0 9d03f2e15c79
           │        │     · label pii, handwriting of persons  #18 6d08039b4842
           │        └─ context c=0.01, maxIterations=400, 1 more parameter, code https://git.example/digits.git@7f3c1d2  #1 97b52b738715
           ├─ inputs data: input [label pii]  #0 9d03f2e15c79 (shown above)
           └─ context  #1 97b52b738715 (shown above)

        """)
  }

  /// The index and the digest stay where the line is cut.
  @Test func drawsWhatRestsOnAnInputInNarrowLines() throws {
    let story = try SampleGraphs.story()
    let graph = story.pool.lineage(of: story.data, .down)
    let text = TreeText.render(graph, TextStyle(width: 60))
    #expect(
      text == """
        input [label pii] application/gzip, 57 kB  #0 9d03f2e15c79
        │  · label pii, handwriting of persons  #18 6d08039b4842
        ├─ inputs data in view model, bytes, appli…  #2 6ce90e5a2c01
        │  └─ view in output model, application/oc…  #6 c58150c7c47c
        │     │  · execution 6f1c7c1e, one process  #4 accad3822995
        │     │      rank 0 of 1, started 2026-11-…  #5 6201fbfa994d
        │     │  · device cpu (whole)  #3 552a519a2dd4
        │     └─ promotedFrom in model [retracted]…  #8 88343fd2cef9
        │        │  · name models/digits@producti…  #17 1c2b9a3472ea
        │        │  · retraction was always wrong…  #19 85bfeacfc07f
        │        └─ model in view labels, applicat…  #9 01c4f8adbebb
        │           ├─ view in output labels, key…  #14 276d162e1fb5
        │           │  │  · executio…  #4 accad3822995 (shown above)
        │           │  │  · device cpu (whole)  #3 552a519a2dd4
        │           │  └─ outputs in verdict nume…  #16 1a12bbda7186
        │           └─ view in output labels, app…  #15 91bff06b529b
        │              │  · execution 0b5a2c9d, 2…  #10 03a5b44e6ffb
        │              │      rank 0 of 2, starte…  #12 5b02e019c40c
        │              │      rank 1 of 2, starte…  #13 8cdd3f6d4479
        │              │  · device nvidia-a100-sx…  #11 7473b7e86e30
        │              └─ outputs i…  #16 1a12bbda7186 (shown above)
        └─ inputs data in view labels  #9 01c4f8adbebb (shown above)

        """)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
  }

  @Test func drawsBothWays() throws {
    let story = try SampleGraphs.story()
    var graph = story.pool.lineage(of: story.labels, .both)
    graph.associations = []
    graph.truncation = [.depth, .namespace]
    #expect(
      TreeText.render(graph, TextStyle()) == """
        What it rests on
        output labels, key digits/labels, application/x-npy, 2.5 kB, on cpu (whole)  #14 276d162e1fb5
        └─ view labels, application/x-npy, over 1 input  #9 01c4f8adbebb
           ├─ model npy, 5.3 kB, promoted from an output  #8 88343fd2cef9
           │  └─ promotedFrom: output model, application/octet-stream, 5.3 kB, on cpu (whole)  #6 c58150c7c47c
           │     └─ view model, bytes, application/x-npy, over 1 input  #2 6ce90e5a2c01
           │        ├─ inputs data: input application/gzip, 57 kB  #0 9d03f2e15c79
           │        └─ context c=0.01, maxIterations=400, 1 more parameter, code https://git.example/digits.git@7f3c1d2  #1 97b52b738715
           ├─ inputs data: input  #0 9d03f2e15c79 (shown above)
           └─ context  #1 97b52b738715 (shown above)

        What rests on it
        output labels, key digits/labels, application/x-npy, 2.5 kB, on cpu (whole)  #14 276d162e1fb5
        └─ outputs in verdict numerically equivalent, over 2 outputs, flags few_rows  #16 1a12bbda7186

        Not all is here: it goes on beyond the depth that was asked for.

        Not all is here: something above lies in a namespace that is not seen from here.

        """)
  }

  @Test func retractionsAreRed() throws {
    let story = try SampleGraphs.story()
    let text = TreeText.render(
      story.pool.lineage(of: story.labels, .up), TextStyle(isColoured: true))
    #expect(text.contains("\u{1B}[1;31m [retracted]\u{1B}[0m"))
    #expect(text.contains("\u{1B}[1;31mretraction \u{1B}[0m"))
    #expect(text.contains("\u{1B}[33m [label pii]\u{1B}[0m"))
  }

  /// The only escapes are our own, and no text breaks a line.
  @Test func hostileTextIsHarmless() throws {
    let hostile = try SampleGraphs.hostile()
    let graph = hostile.pool.lineage(of: hostile.view, .up)
    for text in [TreeText.render(graph, TextStyle()), TableText.render(graph, TextStyle())] {
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202E}" })
    }
    #expect(TableText.render(graph, TextStyle()).split(separator: "\n").count == 4)
  }

  /// A chain 100,000 deep: time and text grow with the records, not with their square.
  @Test func drawsADeepChain() {
    let depth: Int64 = 100_000
    var graph = LineageGraph(root: depth, direction: .up, at: depth)
    for index in (0...depth).reversed() {
      graph.nodes.append(Self.node(index, distance: Int(index - depth)))
      guard index > 0 else { continue }
      graph.edges.append(LineageEdge(from: index, to: index - 1, member: .modelBase, role: nil))
    }
    let text = TreeText.render(graph, TextStyle())
    let lines = text.split(separator: "\n")
    #expect(lines.count == 100_001)
    #expect(text.utf8.count < 150 * lines.count)
    #expect(lines[100_000].contains("(99983 more)"))
  }

  /// What no listed reference leads to stands by itself: the rest of a page, or kinds that were asked for.
  @Test func nothingListedIsLeftOut() {
    var graph = LineageGraph(root: 9, direction: .up, at: 9)
    graph.nodes = [
      Self.node(9, distance: 0), Self.node(4, distance: -3), Self.node(2, distance: -4),
    ]
    graph.edges = [LineageEdge(from: 4, to: 2, member: .modelBase, role: nil)]
    let lines = TreeText.render(graph, TextStyle()).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[2].hasPrefix("└─ base: model"))
  }

  private static func node(_ index: Int64, distance: Int) -> LineageGraph.Node {
    LineageGraph.Node(
      index: index, digest: SHA256.digest(of: Array(String(index).utf8)), kind: .model,
      namespace: "main", principal: "admin", committedAt: "2026-11-24T10:00:00.000000Z",
      distance: distance, isErased: false, record: nil)
  }

  @Test func drawsATable() throws {
    let story = try SampleGraphs.story()
    let graph = story.pool.lineage(of: story.labels, .up)
    #expect(
      TableText.render(graph, TextStyle(width: 100)) == """
        LEVEL  INDEX  KIND     WHAT IT IS                       DIGEST        COMMITTED                BY
            0     14  output   labels, key digits/labels, app…  276d162e1fb5  2026-11-24 12:00:14 UTC  admin
           -1      9  view     labels, application/x-npy, ove…  01c4f8adbebb  2026-11-24 12:00:09 UTC  admin
           -2      0  input    [label pii] application/gzip, …  9d03f2e15c79  2026-11-24 12:00:00 UTC  admin
           -2      1  context  c=0.01, maxIterations=400, 1 m…  97b52b738715  2026-11-24 12:00:01 UTC  admin
           -2      8  model    [retracted] models/digits@prod…  88343fd2cef9  2026-11-24 12:00:08 UTC  admin
           -3      6  output   model, application/octet-strea…  c58150c7c47c  2026-11-24 12:00:06 UTC  admin
           -4      2  view     model, bytes, application/x-np…  6ce90e5a2c01  2026-11-24 12:00:02 UTC  admin

        """)
  }

  @Test(arguments: [
    ("abc", 3), ("漢字", 4), ("e\u{301}", 1), ("👩\u{200D}🔬", 2), ("한", 2), ("·│└", 3),
  ])
  func knowsHowWideTextIs(text: String, columns: Int) {
    #expect(DisplayWidth.columns(of: text) == columns)
  }

  @Test func cutsBetweenCharacters() {
    #expect(DisplayWidth.fitted("漢字漢字", into: 6) == "漢字…")
    #expect(DisplayWidth.fitted("abcdef", into: 6) == "abcdef")
  }
}
