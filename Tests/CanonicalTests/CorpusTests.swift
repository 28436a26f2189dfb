import Canonical
import Testing

@Suite struct CorpusTests {
  @Test(arguments: try JSONCorpus.refused())
  func refusesInvalidText(_ text: JSONCorpus.Refused) throws {
    let code = try #require(JSONError.Code(rawValue: text.code))
    #expect(throws: JSONError(code, at: text.offset)) {
      try JSONDocument(parsing: text.bytes)
    }
  }

  @Test(arguments: try JSONCorpus.accepted())
  func writesValidTextCanonically(_ text: JSONCorpus.Accepted) throws {
    let canonical = try JSONDocument(parsing: text.bytes).root.canonicalBytes()
    #expect(canonical == text.canonical)
    #expect(try JSONDocument(parsing: canonical).root.canonicalBytes() == canonical)
  }

  /// No beginning of a string, array or object is a document; nearly all end too early.
  @Test(arguments: try JSONCorpus.accepted())
  func refusesEveryBeginning(_ text: JSONCorpus.Accepted) throws {
    guard let last = text.canonical.last, last == 0x22 || last == 0x5D || last == 0x7D else {
      return
    }
    for length in text.canonical.indices {
      do throws(JSONError) {
        _ = try JSONDocument(parsing: Array(text.canonical[..<length]))
        Issue.record("accepted the first \(length) bytes")
      } catch {
        // A literal or a character that was cut is named as such, where it begins.
        let isCut = error.code == .invalidLiteral || error.code == .invalidUTF8
        #expect(isCut ? error.offset < length : error == JSONError(.unexpectedEnd, at: length))
      }
    }
  }

  /// Strings are scanned eight bytes a step: each byte is put at each place of a step, and behind
  /// the last full one.
  @Test(arguments: 0..<20)
  func findsEveryByteAtEveryPlace(place: Int) throws {
    for byte in UInt8.min...UInt8.max {
      var text = [0x22] + [UInt8](repeating: UInt8(ascii: "x"), count: 20) + [0x22]
      text[1 + place] = byte
      func parse() throws -> Int { try JSONDocument(parsing: text).root.bytes.count }
      switch byte {
      case 0 where place == 0:
        // A NUL as the second byte of a text is how UTF-16 begins.
        #expect(throws: JSONError(.notUTF8Encoded, at: 0)) { try parse() }
      case 0..<0x20:
        #expect(throws: JSONError(.controlCharacter, at: 1 + place)) { try parse() }
      case UInt8(ascii: "\""):
        #expect(throws: JSONError(.trailingBytes, at: 2 + place)) { try parse() }
      case UInt8(ascii: "\\") where place < 19:
        #expect(throws: JSONError(.invalidEscape, at: 1 + place)) { try parse() }
      case UInt8(ascii: "\\"):
        #expect(throws: JSONError(.unexpectedEnd, at: text.count)) { try parse() }
      case 0x80...:
        #expect(throws: JSONError(.invalidUTF8, at: 1 + place)) { try parse() }
      default:
        #expect(try parse() == 20)
      }
    }
  }

  /// The corpus would prove nothing if a slip in its loader emptied it.
  @Test func corpusIsComplete() throws {
    let refused = try JSONCorpus.refused()
    #expect(refused.count >= 330)
    #expect(try JSONCorpus.accepted().count >= 120)
    #expect(Set(refused.map(\.name)).count == refused.count)
    // Sizes have limits of their own, and tests of their own.
    let limits: Set<String> = ["too_large", "too_many_values"]
    #expect(
      Set(refused.map(\.code)) == Set(JSONError.Code.allCases.map(\.rawValue)).subtracting(limits))
  }
}
