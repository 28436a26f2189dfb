/// What a witness answered to `add-checkpoint` (C2SP tlog-witness). Reading one verifies nothing.
package enum AddCheckpointAnswer: Hashable, Sendable {
  /// It says that it cosigned: the signature lines that it sent.
  case cosigned([NoteSignature])

  /// It knows the log at another size than the request's old one (409): at this one.
  case conflict(size: Int64)

  /// It will not cosign because of what it knows of the log: another root of the same size (409 without a
  /// size, 422 in newer editions), a proof that does not check (422), another key (403).
  case refused(String)

  /// It did not answer the question: not reached, not the format, or it has troubles of its own.
  case failed(String)
}

extension AddCheckpointAnswer {
  /// Reads the status and the body of the answer.
  package init(status: Int, body: [UInt8]) {
    switch status {
    case 200: self = Self.cosignatures(body)
    case 409:
      if body.last == UInt8(ascii: "\n"), let size = parseDecimal(body.dropLast()) {
        self = .conflict(size: size)
      } else {
        self = .refused(Self.said(status, body))
      }
    case 403, 422: self = .refused(Self.said(status, body))
    default: self = .failed(Self.said(status, body))
    }
  }

  private static func cosignatures(_ body: [UInt8]) -> AddCheckpointAnswer {
    var signatures: [NoteSignature] = []
    var rest = body[...]
    do throws(LogError) {
      while let line = rest.popLine() {
        guard signatures.count < SignedNote.maximumSignatures else {
          throw .malformed("too many signatures")
        }
        signatures.append(try NoteSignature(parsing: line))
      }
      guard rest.isEmpty else { throw .malformed("no newline at its end") }
    } catch {
      return .failed("its answer cannot be read: \(error.message)")
    }
    return .cosigned(signatures)
  }

  /// A stranger's words, fit for a log: short, and nothing but printable ASCII.
  private static func said(_ status: Int, _ body: [UInt8]) -> String {
    let words = body.prefix(200).map { 0x20..<0x7F ~= $0 ? $0 : UInt8(ascii: " ") }
    return "status \(status): \(String(decoding: words, as: UTF8.self))"
  }
}
