internal import CLibPQ

/// Notices that the server sent beside its answers, since they were last taken. A COMMIT that says OK
/// can carry one that says otherwise (a cancelled wait for a synchronous standby).
final class NoticeBox {
  private(set) var states: [String] = []

  func takeAll() -> [String] {
    defer { states = [] }
    return states
  }

  fileprivate func add(_ result: OpaquePointer?) {
    guard let field = unsafe PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else { return }
    // Bounded: a statement that raises a notice a row must not grow the list for ever.
    if states.count < 64 { unsafe states.append(String(cString: field)) }
  }

  func install(on connection: OpaquePointer) {
    unsafe PQsetNoticeReceiver(
      connection,
      { context, result in
        guard let context = unsafe context else { return }
        unsafe Unmanaged<NoticeBox>.fromOpaque(context).takeUnretainedValue().add(result)
      }, Unmanaged.passUnretained(self).toOpaque())
  }
}
