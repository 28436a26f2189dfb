import Canonical
import Lineage
import Records
import StemmaCrypto
import Testing
import TransparencyLog

@Suite struct LineagePageTests {
  private static func page(_ graph: LineageGraph) -> String {
    String(decoding: LineagePage.file(graph), as: UTF8.self)
  }

  private static func story() throws -> LineageGraph {
    let story = try SampleGraphs.story()
    return story.pool.lineage(of: story.labels, .up)
  }

  /// What a browser would compute is what the policy names.
  @Test func thePolicyNamesItsOwnScriptAndStyle() throws {
    let page = Self.page(try Self.story())
    for (element, directive) in [("script", "script-src"), ("style", "style-src")] {
      let body = try #require(Self.inside("<\(element)>", "</\(element)>", of: page))
      let digest = Base64.encode(SHA256.digest(of: Array(body.utf8)).bytes)
      #expect(page.contains("\(directive) 'sha256-\(digest)'"))
    }
    #expect(page.contains("default-src 'none'"))
  }

  /// The file asks nobody for anything; the served page asks the service alone.
  @Test func onlyTheServedPageConnects() throws {
    let shell = String(decoding: LineagePage.shell, as: UTF8.self)
    #expect(!Self.page(try Self.story()).contains("connect-src"))
    #expect(LineagePage.servedPolicy.hasSuffix("connect-src 'self'"))
    #expect(shell.contains("content=\"\(LineagePage.servedPolicy)\""))
    #expect(!shell.contains("{{"))
  }

  @Test func holdsTheLineageAsItIs() throws {
    let graph = try Self.story()
    let data = try #require(
      Self.inside(
        "<script type=\"application/json\" id=\"lineage\">", "</script>", of: Self.page(graph)))
    let node = try JSONDocument(parsing: Array(data.utf8)).root
    #expect(JSONValue(node) == graph.titledJSON)
    let read = try LineageGraph(parsing: node)
    #expect(read.nodes.map(\.index) == graph.nodes.map(\.index))
    #expect(read.edges == graph.edges)
    #expect(read.associations == graph.associations)
    let model = try #require(node["nodes"]?.elements.first { $0["kind"]?.isText("model") == true })
    #expect(
      model["title"]?.text == "models/digits@production, npy, 5.3 kB, promoted from an output")
    #expect(model["marks"]?.elements.compactMap(\.text) == ["retracted"])
  }

  /// A record cannot end the element that it stands in, nor begin another one.
  @Test func hostileTextIsNoMarkup() throws {
    let hostile = try SampleGraphs.hostile()
    let page = Self.page(hostile.pool.lineage(of: hostile.view, .up))
    let plain = Self.page(try Self.story())
    for tag in ["<script", "</script", "<img", "<b>", "<!--"] {
      #expect(Self.count(tag, in: page) == Self.count(tag, in: plain), "\(tag)")
    }
    #expect(!page.contains("alert(1)</"))
  }

  private static func inside(_ start: String, _ end: String, of page: String) -> String? {
    guard let first = page.firstRange(of: start) else { return nil }
    let rest = page[first.upperBound...]
    return rest.firstRange(of: end).map { String(rest[..<$0.lowerBound]) }
  }

  private static func count(_ text: String, in page: String) -> Int {
    page.ranges(of: text).count
  }
}
