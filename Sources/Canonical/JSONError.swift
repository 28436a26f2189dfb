/// Why a text is not a JSON document that Stemma accepts, and where.
package struct JSONError: Error, Hashable, Sendable {
  /// What was wrong; stable, so that a caller can switch over it.
  package let code: Code
  /// The byte, counted from 0, at which the parser could not go on. It is the length of the text
  /// when the text ended too early.
  package let offset: Int

  package init(_ code: Code, at offset: Int) {
    self.code = code
    self.offset = offset
  }

  /// One short sentence without the offset.
  package var message: String { code.message }
}

extension JSONError: CustomStringConvertible {
  package var description: String { "byte \(offset): \(message)" }
}

extension JSONError {
  /// The reasons for a refusal. The raw value is the stable public name.
  package enum Code: String, CaseIterable, Sendable {
    // The text as a whole.
    case tooLarge = "too_large"
    case tooManyValues = "too_many_values"
    case tooDeep = "too_deep"
    case byteOrderMark = "byte_order_mark"
    case notUTF8Encoded = "not_utf8_encoded"
    case unexpectedEnd = "unexpected_end"
    case trailingBytes = "trailing_bytes"
    // Structure.
    case expectedValue = "expected_value"
    case expectedKey = "expected_key"
    case expectedColon = "expected_colon"
    case expectedCommaOrBracket = "expected_comma_or_bracket"
    case expectedCommaOrBrace = "expected_comma_or_brace"
    case duplicateKey = "duplicate_key"
    case invalidLiteral = "invalid_literal"
    // Strings.
    case invalidUTF8 = "invalid_utf8"
    case controlCharacter = "control_character"
    case nulCharacter = "nul_character"
    case invalidEscape = "invalid_escape"
    case loneSurrogate = "lone_surrogate"
    // Numbers.
    case invalidNumber = "invalid_number"
    case numberOverflow = "number_overflow"
    case unsafeInteger = "unsafe_integer"
  }
}

extension JSONError.Code {
  /// One short sentence for people.
  package var message: String {
    switch self {
    case .tooLarge: "the text is larger than allowed"
    case .tooManyValues: "the text holds more values than allowed"
    case .tooDeep: "arrays and objects are nested too deeply"
    case .byteOrderMark: "a byte order mark is not allowed"
    case .notUTF8Encoded: "the text must be UTF-8, this looks like UTF-16 or UTF-32"
    case .unexpectedEnd: "the text ends too early"
    case .trailingBytes: "there are bytes after the end of the document"
    case .expectedValue: "a value was expected"
    case .expectedKey: "a key in double quotes was expected"
    case .expectedColon: "':' was expected after the key"
    case .expectedCommaOrBracket: "',' or ']' was expected"
    case .expectedCommaOrBrace: "',' or '}' was expected"
    case .duplicateKey: "the key occurs twice in one object"
    case .invalidLiteral: "only true, false and null may stand without quotes"
    case .invalidUTF8: "a string holds bytes that are not UTF-8"
    case .controlCharacter: "a control character in a string must be escaped"
    case .nulCharacter: "U+0000 is not allowed in a string"
    case .invalidEscape: "an unknown escape sequence"
    case .loneSurrogate: "an escaped surrogate without its other half"
    case .invalidNumber: "a malformed number"
    case .numberOverflow: "a number too large for a double"
    case .unsafeInteger: "an integer beyond ±9007199254740991; write it as a string"
    }
  }
}
