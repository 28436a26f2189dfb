import ArgumentParser
import TransparencyLog

/// The log's verifier key: its text, or the file that holds it.
struct VerifierKeyOption: ParsableArguments {
  @Option(help: "The log's verifier key (its text, or a file like DIR/log.vkey).")
  var vkey: String?

  func key() throws -> VerifierKey {
    guard let vkey else { throw CommandFailure.usage("no key to verify with: give --vkey") }
    if let key = try? VerifierKey(parsing: vkey) { return key }
    let bytes = try LocalFile.read(vkey, limit: 4096)
    let text = String(decoding: bytes, as: UTF8.self)
    do throws(LogError) {
      return try VerifierKey(parsing: text.hasSuffix("\n") ? String(text.dropLast()) : text)
    } catch {
      throw CommandFailure.usage("\(vkey): \(error.message)")
    }
  }
}
