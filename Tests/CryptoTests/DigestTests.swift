import StemmaCrypto
import Testing

@Suite struct DigestTests {
  static let text = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  @Test func textAndBytesRoundTrip() throws {
    let digest = try #require(Digest(parsing: Self.text))
    #expect(digest == SHA256.digest(of: Array("abc".utf8)))
    #expect(digest.description == Self.text)
    #expect("sha256:" + digest.hex == Self.text)
    #expect(digest.bytes.count == 32)
    #expect(digest.bytes.first == 0xba && digest.bytes.last == 0xad)
    #expect(Digest(bytes: digest.bytes) == digest)
    var appended: [UInt8] = [1]
    digest.append(textTo: &appended)
    #expect(appended == [1] + Array(Self.text.utf8))
    var raw: [UInt8] = [1]
    digest.append(bytesTo: &raw)
    #expect(raw == [1] + digest.bytes)
  }

  @Test func allWaysToParseAgree() throws {
    let expected = try #require(Digest(parsing: Self.text))
    let bytes = Array(Self.text.utf8)
    #expect(Digest(parsing: bytes) == expected)
    #expect(Digest(parsing: bytes[...]) == expected)
    let lent = Digest(parsing: bytes.span)
    #expect(lent == expected)
    #expect(Digest(parsing: Self.text[...]) == expected)
  }

  @Test(arguments: [
    "",
    "sha256:",
    String(text.dropFirst(7)),
    String(text.dropLast()),
    text + "0",
    text + "\n",
    " " + text,
    " " + text.dropLast(),
    String(text.dropLast()) + " ",
    text.uppercased(),
    "sha256:" + text.dropFirst(7).uppercased(),
    text.replacing("ba78", with: "bA78"),
    text.replacing("ba78", with: "bg78"),
    text.replacing("ba78", with: "b/78"),
    text.replacing("ba78", with: "b:78"),
    text.replacing("ba78", with: "b`78"),
    text.replacing("ba78", with: "b@78"),
    text.replacing("sha256:", with: "SHA256:"),
    text.replacing("sha256:", with: "sha512:"),
    text.replacing("sha256:", with: "sha256-"),
    text.replacing("sha256:", with: "blake3:"),
    // A fullwidth digit: right number of characters, and not ASCII.
    text.replacing("ba78", with: "ba７8"),
    // Right number of bytes.
    String(text.dropLast(3)) + "７",
  ])
  func refuses(spelling: String) {
    #expect(Digest(parsing: spelling) == nil)
    #expect(Digest(parsing: Array(spelling.utf8)) == nil)
  }

  @Test func everyPlaceOfTheTextCounts() throws {
    let bytes = Array(Self.text.utf8)
    for index in bytes.indices {
      var altered = bytes
      altered[index] = UInt8(ascii: "!")
      #expect(Digest(parsing: altered) == nil, "place \(index)")
      guard index >= 7 else { continue }
      altered[index] = bytes[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
      let other = try #require(Digest(parsing: altered))
      #expect(other.description.utf8.elementsEqual(altered), "place \(index)")
    }
  }

  @Test(arguments: [0, 1, 31, 33, 64])
  func refusesOtherNumbersOfBytes(count: Int) {
    #expect(Digest(bytes: [UInt8](repeating: 0, count: count)) == nil)
  }

  /// The order is that of the bytes and of the text, whichever place decides.
  @Test func ordersByBytes() throws {
    let low = try #require(Digest(bytes: [UInt8](repeating: 0x7f, count: 32)))
    for place in 0..<32 {
      var bytes = low.bytes
      bytes[place] = 0x80
      // What follows must not matter.
      for later in (place + 1)..<max(32, place + 1) { bytes[later] = 0 }
      let high = try #require(Digest(bytes: bytes))
      #expect(low < high && !(high < low) && low != high)
      #expect(low.description < high.description)
    }
    #expect(!(low < low))
  }
}
