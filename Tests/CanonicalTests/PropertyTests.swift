import Canonical
import Testing

@Suite struct PropertyTests {
  /// All ways to write a document have one canonical text, which is a fixed point and which
  /// `JSONValue` writes too.
  @Test(arguments: 0..<300)
  func oneMeaningHasOneText(seed: UInt64) throws {
    var generator = RandomJSON(seed: seed)
    let value = generator.value()
    let canonical = try JSONDocument(parsing: Array(generator.text(of: value).utf8)).root
      .canonicalBytes()
    for _ in 0..<4 {
      let document = try JSONDocument(parsing: Array(generator.text(of: value).utf8))
      #expect(document.root.canonicalBytes() == canonical)
      #expect(JSONValue(document.root).canonicalBytes() == canonical)
    }
    #expect(try JSONDocument(parsing: canonical).root.canonicalBytes() == canonical)
  }

  /// Keys stand in the order of their UTF-16 code units, which is computed here from UTF-16.
  @Test(arguments: 0..<300)
  func keysAreInUTF16Order(seed: UInt64) throws {
    var generator = RandomJSON(seed: seed)
    let text = Array(generator.text(of: generator.value()).utf8)
    let canonical = try JSONDocument(parsing: text).root.canonicalBytes()
    func check(_ node: JSONNode) throws {
      var previous: [UInt16]?
      for (key, value) in node.members {
        let units = Array(try #require(key.text).utf16)
        if let previous { #expect(previous.lexicographicallyPrecedes(units)) }
        previous = units
        try check(value)
      }
      for element in node.elements { try check(element) }
    }
    try check(JSONDocument(parsing: canonical).root)
  }

  /// A changed byte either is refused or gives a document that still has a fixed point.
  @Test(arguments: 0..<100)
  func damageIsHarmless(seed: UInt64) throws {
    var generator = RandomJSON(seed: seed)
    let text = Array(generator.text(of: generator.value()).utf8)
    var refused = 0
    for _ in 0..<200 {
      var damaged = text
      let place = Int.random(in: damaged.indices, using: &generator.random)
      damaged[place] = UInt8.random(in: 0...255, using: &generator.random)
      do throws(JSONError) {
        let canonical = try JSONDocument(parsing: damaged).root.canonicalBytes()
        #expect((try? JSONDocument(parsing: canonical).root.canonicalBytes()) == canonical)
      } catch {
        #expect((0...damaged.count).contains(error.offset))
        refused += 1
      }
    }
    #expect(refused > 0)
  }
}
