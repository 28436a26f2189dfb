/// Where a witness takes checkpoints: `https://HOST[:PORT][/PATH]`, or `http://` on this machine.
struct WitnessAddress: Hashable {
  /// What `add-checkpoint` is sent to.
  let submission: String

  /// Everything else is nil: what goes in clear over a network, and URLs with a user, a query or a fragment.
  init?(_ text: String) {
    let schemes = ["https://", "http://"]
    guard let scheme = schemes.first(where: { text.utf8.starts(with: $0.utf8) }),
      text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && !#"@?#\"<>"#.utf8.contains($0) })
    else { return nil }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" }
    guard let host = Self.host(of: authority),
      scheme == "https://" || Self.isLoopback(host)
    else { return nil }
    submission = text + (text.last == "/" ? "" : "/") + "add-checkpoint"
  }

  /// The host without its port and brackets; nil for what is neither.
  private static func host(of authority: Substring) -> Substring? {
    var (host, port) = (authority, Substring("0"))
    if authority.first == "[" {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[..<end].dropFirst()
      let rest = authority[authority.index(after: end)...]
      guard rest.isEmpty || rest.first == ":" else { return nil }
      if !rest.isEmpty { port = rest.dropFirst() }
    } else if let colon = authority.firstIndex(of: ":") {
      (host, port) = (authority[..<colon], authority[authority.index(after: colon)...])
    }
    return host.isEmpty || UInt16(port) == nil ? nil : host
  }

  /// Not by prefix: `127.example.org` is anybody's.
  private static func isLoopback(_ host: Substring) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
