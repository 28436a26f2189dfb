/// Where something lies in a folder, as a manifest spells it: relative, parted by single `/`.
package struct InnerPath: Hashable, Sendable {
  let bytes: [UInt8]

  /// Gives `nil` for any other spelling (`./a`, `/a`, `a//b`, `a/`, `a/../b`), which would match no file
  /// and so be ignored in silence.
  package init?(_ path: String) {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for part in parts where part.isEmpty || part.elementsEqual(".".utf8) { return nil }
    for part in parts where part.elementsEqual("..".utf8) { return nil }
    bytes = Array(path.utf8)
  }
}
