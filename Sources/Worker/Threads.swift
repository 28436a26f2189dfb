internal import FileDigests
internal import Glibc

/// The result of `body`, which runs on a thread of its own.
package func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
  await withCheckedContinuation { continuation in
    startDetached { continuation.resume(returning: body()) }
  }
}

/// Runs `body` once on a thread of its own: it may block as long as it likes.
func startDetached(_ body: @escaping @Sendable () -> Void) {
  guard let thread = startThread(body) else { preconditionFailure("no thread is to be had") }
  pthread_detach(thread)
}
