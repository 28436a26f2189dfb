/// A strictly parsed JSON document (RFC 8259, and I-JSON's demand for one meaning, RFC 7493).
///
/// Parsing happens once and costs no allocation per value. Refused, besides what is not JSON: bytes
/// after the document, a byte order mark, anything but UTF-8, duplicate keys (compared as decoded
/// bytes, so that two Unicode normal forms of one text are two keys), lone surrogates, U+0000,
/// nesting beyond the limit, numbers that overflow a double, and integers beyond ±(2^53 − 1),
/// however they are written. Numbers too small for a double become 0.
package struct JSONDocument: Sendable {
  let tape: JSONTape

  /// Parses all of `bytes`; see `JSONError` for the refusals.
  package init(
    parsing bytes: [UInt8], limits: JSONLimits = .standard
  ) throws(JSONError) {
    tape = try JSONParser.parse(bytes, limits: limits)
  }

  package var root: JSONNode { JSONNode(tape: tape, tapeIndex: 0) }
}
