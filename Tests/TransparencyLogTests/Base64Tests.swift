import Testing

@testable import TransparencyLog

@Suite struct Base64Tests {
  /// RFC 4648 §10, and two that need the last two letters of the alphabet.
  static let vectors = [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"), ("???", "Pz8/"), (">>>", "Pj4+"),
  ]

  @Test(arguments: vectors)
  func matchesTheRFC(plain: String, encoded: String) {
    #expect(Base64.encode(utf8(plain)) == encoded)
    #expect(Base64.decode(utf8(encoded).span) == utf8(plain))
  }

  @Test func everyByteComesBack() {
    for count in 0..<100 {
      for start in [0, 0x80, 0xFF] as [UInt8] {
        let bytes = (0..<count).map { start &+ UInt8($0) &* 37 }
        #expect(Base64.decode(utf8(Base64.encode(bytes)).span) == bytes)
      }
    }
  }

  /// Of all texts of four of these characters only what `encode` writes is read.
  @Test func hasOneSpelling() {
    let characters = utf8("AQgw/+9=-_ \n\0\u{7F}")
    for a in characters {
      for b in characters {
        for c in characters {
          for d in characters {
            guard let bytes = Base64.decode([a, b, c, d].span) else { continue }
            #expect(utf8(Base64.encode(bytes)) == [a, b, c, d])
          }
        }
      }
    }
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zg===", "Zg====", "=", "==", "===", "====", "Z===", "=Zg=", "Zg=a", "Zh==",
    "Zm9=", "Zm9v====", "Zg==Zg==", "Zg==\n", "\nZg==", "Zm9vYg", "Zm 9", "Zm-_", "Zm9v Zm9",
    "é===",
  ])
  func refusesOtherSpellings(text: String) {
    #expect(Base64.decode(utf8(text).span) == nil)
  }
}
