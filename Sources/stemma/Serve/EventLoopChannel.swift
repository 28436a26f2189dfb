import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// HTTP/1 whose connections are each served on their own event loop.
///
/// Left to itself a request wakes a thread of Swift's pool for its head, for each piece of its body and for
/// its answer, and the loop again for what is to be sent. On the loop all that is one thread's work. It never
/// waits there: what blocks (libpq, the signer's disk) has threads of its own.
struct EventLoopChannel: ServerChildChannel {
  let base: HTTP1Channel

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    base.setup(channel: channel, logger: logger)
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
      await base.handle(value: value, logger: logger)
    }
  }
}

/// An event loop as the executor of tasks.
private final class EventLoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(_ loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
