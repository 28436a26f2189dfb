import Canonical
import Glibc
import Testing

/// The cases of `tools/corpora`, which the tests from outside use too.
enum JSONCorpus {
  /// A text that must be refused: with this code, at this byte.
  struct Refused: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let code: String
    let offset: Int
    var testDescription: String { name }
  }

  /// A text that must be accepted, and its canonical form by another implementation.
  struct Accepted: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let canonical: [UInt8]
    var testDescription: String { name }
  }

  struct Malformed: Error {
    let file: String
    let line: Int
  }

  static func refused() throws -> [Refused] {
    try lines(of: "json-refused.jsonl") { line in
      guard let name = line["name"]?.text, let bytes = bytes(of: line),
        let code = line["code"]?.text, let offset = line["offset"]?.integer
      else { return nil }
      return Refused(name: name, bytes: bytes, code: code, offset: Int(offset))
    }
  }

  static func accepted() throws -> [Accepted] {
    try lines(of: "json-accepted.jsonl") { line in
      guard let name = line["name"]?.text, let bytes = bytes(of: line),
        let canonical = line["canonical"]?.utf8
      else { return nil }
      return Accepted(name: name, bytes: bytes, canonical: canonical)
    }
  }

  private static func lines<Case>(
    of name: String, _ read: (JSONNode) -> Case?
  ) throws -> [Case] {
    let file = "\(#filePath)".split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
    let path = "\(file)/tools/corpora/\(name)"
    return try contents(of: path).split(separator: UInt8(ascii: "\n")).enumerated().map {
      index, line in
      guard let result = read(try JSONDocument(parsing: Array(line)).root) else {
        throw Malformed(file: path, line: index + 1)
      }
      return result
    }
  }

  private static func contents(of path: String) throws -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else { throw Malformed(file: path, line: 0) }
    defer { unsafe fclose(file) }
    var contents: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe fread(&buffer, 1, buffer.count, file)
      if count == 0 { return contents }
      contents += buffer[..<count]
    }
  }

  private static func bytes(of line: JSONNode) -> [UInt8]? {
    if let text = line["text"]?.utf8 { return text }
    return line["base64"]?.utf8.flatMap(decodeBase64)
  }

  private static func decodeBase64(_ text: [UInt8]) -> [UInt8]? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var bits = 0
    var bitCount = 0
    var decoded: [UInt8] = []
    for byte in text where byte != UInt8(ascii: "=") {
      guard let value = alphabet.firstIndex(of: byte) else { return nil }
      bits = (bits << 6 | value) & 0xFFFF
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        decoded.append(UInt8(truncatingIfNeeded: bits >> bitCount))
      }
    }
    return decoded
  }
}
