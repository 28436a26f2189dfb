import Canonical
import Testing

@Suite struct NodeTests {
  static let text = #"""
    {"name":"caf\u00e9","plain":"text","n":-12,"x":2.5,"yes":true,"no":false,"nothing":null,
     "list":[1,[2,{"k":[]}],"three"],"":"empty key","nested":{"a":{"b":1}}}
    """#

  private func root() throws -> JSONNode { try JSONDocument(parsing: Array(Self.text.utf8)).root }

  @Test func tellsTypes() throws {
    let root = try root()
    #expect(root.type == .object)
    #expect(root["name"]?.type == .string)
    #expect(root["n"]?.type == .number)
    #expect(root["x"]?.type == .number)
    #expect(root["yes"]?.type == .bool)
    #expect(root["nothing"]?.type == .null)
    #expect(root["list"]?.type == .array)
    #expect(root["list"]?.type.name == "an array")
  }

  @Test func readsScalars() throws {
    let root = try root()
    #expect(root["yes"]?.bool == true)
    #expect(root["no"]?.bool == false)
    #expect(root["n"]?.integer == -12)
    #expect(root["n"]?.double == -12)
    #expect(root["x"]?.double == 2.5)
    #expect(root["x"]?.integer == nil)
    #expect(root["name"]?.text == "caf\u{E9}")
    #expect(root["name"]?.utf8 == Array("caf\u{E9}".utf8))
    #expect(root["plain"]?.utf8 == Array("text".utf8))
    #expect(root["plain"]?.bytes == ArraySlice("text".utf8))
    #expect(root["n"]?.bytes == ArraySlice("-12".utf8))
    #expect(root["list"]?.bytes == [])
    #expect(root["name"]?.withUTF8 { $0.count } == 5)
  }

  @Test func answersNilForOtherTypes() throws {
    let root = try root()
    let text = try #require(root["plain"])
    #expect(text.bool == nil)
    #expect(text.integer == nil)
    #expect(text.double == nil)
    #expect(text.count == 0)
    #expect(text["plain"] == nil)
    #expect(text.elements.isEmpty)
    #expect(text.members.isEmpty)
    let number = try #require(root["n"])
    #expect(number.utf8 == nil)
    #expect(number.text == nil)
    #expect(number.bool == nil)
    #expect(!number.isText("-12"))
    #expect(root.elements.isEmpty)
    #expect(root["list"]?.members.isEmpty == true)
    #expect(root["nothing"]?.bool == nil)
  }

  @Test func comparesBytes() throws {
    let root = try root()
    let name = try #require(root["name"])
    #expect(name.isText("caf\u{E9}"))
    #expect(name.isText(Array("caf\u{E9}".utf8)))
    // Equal as Swift strings, but other bytes.
    #expect(name.text == "cafe\u{301}")
    #expect(!name.isText("cafe\u{301}"))
    #expect(!name.isText("caf"))
    #expect(!name.isText("caf\u{E9}s"))
  }

  @Test func findsMembers() throws {
    let root = try root()
    #expect(root.count == 10)
    #expect(root[""]?.isText("empty key") == true)
    #expect(root.member(Array("plain".utf8))?.isText("text") == true)
    #expect(root.member([]) != nil)
    #expect(root["plai"] == nil)
    #expect(root["plainn"] == nil)
    #expect(root["nested"]?["a"]?["b"]?.integer == 1)
    #expect(root["a"] == nil, "a member of a member is no member")
  }

  @Test func findsAnEscapedKey() throws {
    let root = try JSONDocument(parsing: Array(#"{"\u0061\n":1}"#.utf8)).root
    #expect(root["a\n"]?.integer == 1)
  }

  @Test func walksInTheOrderOfTheText() throws {
    let root = try root()
    #expect(
      root.members.map { $0.key.text ?? "?" } == [
        "name", "plain", "n", "x", "yes", "no", "nothing", "list", "", "nested",
      ])
    let list = try #require(root["list"])
    #expect(list.count == 3)
    #expect(list.elements.map(\.type) == [.number, .array, .string])
    #expect(Array(list.elements)[2].isText("three"))
  }

  @Test func knowsOffsets() throws {
    let bytes = Array(Self.text.utf8)
    let root = try root()
    #expect(root.offset == 0)
    #expect(bytes[try #require(root["name"]).offset...].starts(with: #""caf\u"#.utf8))
    #expect(bytes[try #require(root["list"]).offset...].starts(with: "[1,[2".utf8))
    #expect(bytes[try #require(root["n"]).offset...].starts(with: "-12,".utf8))
  }

  @Test func tapeIndexIsIdentity() throws {
    let root = try root()
    let list = try #require(root["list"])
    let again = JSONNode(document: root, tapeIndex: list.tapeIndex)
    #expect(again.canonicalBytes() == list.canonicalBytes())
    var seen: Set<Int> = []
    func visit(_ node: JSONNode) {
      #expect(seen.insert(node.tapeIndex).inserted)
      for (key, value) in node.members {
        visit(key)
        visit(value)
      }
      for element in node.elements { visit(element) }
    }
    visit(root)
    #expect(seen == Set(0..<seen.count))
  }

  @Test func measuresDepth() throws {
    let root = try root()
    #expect(root.depth == 5)
    #expect(root["list"]?.depth == 4)
    #expect(root["nested"]?.depth == 2)
    #expect(root["plain"]?.depth == 0)
  }
}
