internal import Canonical
package import StemmaCrypto

/// A piece of content, as a descriptor names it.
package struct Content: Sendable, Hashable {
  package let digest: Digest
  package let size: Int64
  package let mediaType: String

  package init(digest: Digest, size: Int64, mediaType: String) {
    self.digest = digest
    self.size = size
    self.mediaType = mediaType
  }

  var descriptor: JSONValue {
    [
      "digest": .string(digest.description), "size": .integer(size),
      "mediaType": .string(mediaType),
    ]
  }
}
