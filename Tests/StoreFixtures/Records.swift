import Canonical
package import Records
package import StemmaCrypto
package import Store

/// A sealed record from JSON text.
package func record(_ json: String) throws -> Record {
  try draft(json).seal(handles: [:])
}

package func draft(_ json: String) throws -> RecordDraft {
  try RecordDraft(checking: JSONDocument(parsing: Array(json.utf8)).root)
}

package func input(_ number: Int) throws -> Record {
  let digest = SHA256.digest(of: Array("content \(number)".utf8))
  return try record(
    #"{"kind":"input","v":1,"content":{"digest":"\#(digest)","size":9,"mediaType":"text/plain"}}"#)
}

package func context(_ number: Int) throws -> Record {
  try record(#"{"kind":"context","v":1,"parameters":{"n":\#(number)}}"#)
}

package func view(inputs: [Digest], context: Digest) throws -> Record {
  let list = inputs.sorted().map { #"{"ref":"\#($0)","role":"data"}"# }.joined(separator: ",")
  return try record(
    #"{"kind":"view","v":1,"inputs":[\#(list)],"context":"\#(context)","output":{"name":"o","type":"bytes","mediaType":"text/plain"},"determinism":"run_to_run"}"#
  )
}

package func name(_ text: String, _ target: Digest, previous: Digest? = nil) throws -> Record {
  let chain = previous.map { #","previous":"\#($0)""# } ?? ""
  return try record(#"{"kind":"name","v":1,"name":"\#(text)","target":"\#(target)"\#(chain)}"#)
}

package func execution(_ digit: Int, gang: Int = 1) throws -> Record {
  try record(
    #"{"kind":"execution","v":1,"id":"00000000-0000-4000-8000-00000000000\#(digit)","gang":{"system":"none","id":"g","size":\#(gang)}}"#
  )
}

/// A commit by somebody, to the namespace `name`.
package func commit(
  _ records: [Record], content: [SmallContent] = [], in name: String = "main"
) -> CommitRequest {
  guard let namespace = Namespace(name) else { preconditionFailure("\(name) is no namespace") }
  return CommitRequest(
    namespace: namespace, principal: "tester", records: records, content: content)
}
