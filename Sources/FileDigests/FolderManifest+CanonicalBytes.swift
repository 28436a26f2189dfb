internal import StemmaCrypto

extension FolderManifest {
  /// The manifest as RFC 8785 JSON: what is stored as content, and named by its digest.
  ///
  /// `{"files":[{"digest":"sha256:…","path":"…","size":…},…],"root":"sha256:…","v":1}`
  package func canonicalBytes() -> [UInt8] {
    var json: [UInt8] = []
    json.reserveCapacity(files.reduce(128) { $0 + $1.path.count + 128 })
    json += #"{"files":["#.utf8
    for (index, file) in files.enumerated() {
      json += (index == 0 ? #"{"digest":""# : #",{"digest":""#).utf8
      file.digest.append(textTo: &json)
      json += #"","path":""#.utf8
      Self.append(path: file.path, to: &json)
      json += #"","size":"#.utf8
      json += String(file.size).utf8
      json.append(UInt8(ascii: "}"))
    }
    json += #"],"root":""#.utf8
    root.append(textTo: &json)
    json += #"","v":1}"#.utf8
    return json
  }

  /// RFC 8785 §3.2.2.2: beside control characters, which no path here holds, only these two are
  /// escaped; all else is UTF-8 as it is.
  private static func append(path: [UInt8], to json: inout [UInt8]) {
    for byte in path {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        json.append(UInt8(ascii: "\\"))
      }
      json.append(byte)
    }
  }
}
