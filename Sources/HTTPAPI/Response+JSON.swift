import Canonical
import HTTPTypes
import Hummingbird

extension Response {
  /// 200 with a JSON body that is nobody else's to keep.
  init(
    json: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
  ) {
    var fields = headers
    fields[.contentType] = "application/json"
    if fields[.cacheControl] == nil { fields[.cacheControl] = "private, no-cache" }
    self.init(
      status: status, headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.canonicalBytes())))
  }
}

extension HTTPField.Name {
  static let stemmaIndex = HTTPField.Name("Stemma-Index") ?? .age
  static let stemmaKind = HTTPField.Name("Stemma-Kind") ?? .age
}

/// A JSON Pointer's token for a member name (RFC 6901 section 3).
func jsonPointerToken(_ name: String) -> String {
  var token = ""
  for scalar in name.unicodeScalars {
    switch scalar {
    case "~": token += "~0"
    case "/": token += "~1"
    default: token.unicodeScalars.append(scalar)
    }
  }
  return token
}

/// Whether a conditional request's field (`If-None-Match`, `If-Match`) names `tag` (a digest).
func entityTags(_ field: String?, match tag: String) -> Bool {
  guard let field else { return false }
  return field.split(separator: ",").contains { part in
    let bare = part.drop { $0 == " " }
    let strong = bare.hasPrefix("W/") ? bare.dropFirst(2) : bare
    return bare == "*" || strong == "\"\(tag)\""
  }
}
