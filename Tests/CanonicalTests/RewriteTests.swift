import Canonical
import Testing

@Suite struct RewriteTests {
  private func document(_ text: String) throws -> JSONNode {
    try JSONDocument(parsing: Array(text.utf8)).root
  }

  private func text(_ node: JSONNode, _ rewrite: JSONRewrite) -> String {
    String(decoding: node.canonicalBytes(rewriting: rewrite), as: UTF8.self)
  }

  @Test func replacesAString() throws {
    let root = try document(##"{"ref":"#ds","b":"#ds","a":1}"##)
    let index = try #require(root["ref"]).tapeIndex
    let rewrite = JSONRewrite(strings: [index: Array("sha256:00".utf8)])
    #expect(text(root, rewrite) == ##"{"a":1,"b":"#ds","ref":"sha256:00"}"##)
  }

  @Test func escapesTheReplacement() throws {
    let root = try document(#"["\u0041","b"]"#)
    let rewrite = JSONRewrite(strings: [1: Array("\"\n\u{E9}".utf8), 2: []])
    #expect(text(root, rewrite) == #"["\"\n\#u{E9}",""]"#)
  }

  @Test func reordersAnArray() throws {
    let root = try document(#"[{"b":[3,4],"a":1},"x",[5]]"#)
    #expect(text(root, JSONRewrite(orders: [0: [2, 0, 1]])) == #"[[5],{"a":1,"b":[3,4]},"x"]"#)
  }

  @Test func replacesAndReordersTogether() throws {
    let root = try document(##"{"set":["#z","#a"]}"##)
    let set = try #require(root["set"])
    let elements = Array(set.elements)
    let rewrite = JSONRewrite(
      strings: [elements[0].tapeIndex: Array("1".utf8), elements[1].tapeIndex: Array("2".utf8)],
      orders: [set.tapeIndex: [1, 0]])
    #expect(text(root, rewrite) == #"{"set":["2","1"]}"#)
    #expect(text(set, rewrite) == #"["2","1"]"#)
  }

  @Test func leavesKeysAndOtherTypesAlone() throws {
    let root = try document(#"{"k":1,"l":[2]}"#)
    let everywhere = Dictionary(uniqueKeysWithValues: (-1..<20).map { ($0, Array("new".utf8)) })
    #expect(text(root, JSONRewrite(strings: everywhere)) == #"{"k":1,"l":[2]}"#)
    #expect(text(root, JSONRewrite(orders: [0: [9, 9], 1: [], 99: [1]])) == #"{"k":1,"l":[2]}"#)
  }

  @Test func appendsBehindWhatIsThere() throws {
    var output = Array("x".utf8)
    try document("[ 1 ]").appendCanonical(to: &output)
    try document("{ }").appendCanonical(to: &output, rewriting: .none)
    #expect(output == Array("x[1]{}".utf8))
  }

  @Test func writesASubtree() throws {
    let root = try document(#"{"b":{"z":1.0,"y":"\u0041"},"a":2}"#)
    #expect(root["b"]?.canonicalBytes() == Array(#"{"y":"A","z":1}"#.utf8))
  }

  @Test(arguments: [[0], [0, 0], [0, 1, 2], [1, 2]])
  func acceptsOnlyPermutations(order: [Int]) async {
    await #expect(processExitsWith: .failure) { [order] in
      let root = try JSONDocument(parsing: Array("[1,2]".utf8)).root
      _ = root.canonicalBytes(rewriting: JSONRewrite(orders: [0: order]))
    }
  }
}
