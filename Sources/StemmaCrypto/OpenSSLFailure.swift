internal import COpenSSL

/// Ends the process, because libcrypto could not do what was asked of it.
///
/// None of the operations of this target depends on untrusted input for its success: a digest or a
/// random byte fails only when memory or the provider is gone. Identity rests on these values, so
/// going on with a wrong one is worse than stopping; there is nothing that a caller could repair.
func openSSLFailed(_ operation: StaticString) -> Never {
  var reason = [CChar](repeating: 0, count: 256)
  let count = reason.count
  unsafe reason.withUnsafeMutableBufferPointer { buffer in
    unsafe ERR_error_string_n(ERR_get_error(), buffer.baseAddress, count)
  }
  let text = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  fatalError("libcrypto failed in \(operation): \(text)")
}
