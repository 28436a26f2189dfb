internal import Glibc

/// What a helper process does: asks one library, tells its parent by a pipe, ends.
package enum HelperProgram {
  /// The descriptor that the parent reads.
  static let journalDescriptor: Int32 = 3

  /// The libraries that a helper asks.
  package enum Subject: String, Sendable { case nvml, cuda }

  /// `arguments`: the subject, the library, and the functions not to call.
  ///
  /// - Returns: the exit status; 2 for arguments that no parent gives.
  package static func run(_ arguments: [String]) -> Int32 {
    guard arguments.count >= 2, let subject = Subject(rawValue: arguments[0]) else { return 2 }
    dieQuietly()
    letGo()
    let journal = Journal(
      descriptor: journalDescriptor, skipping: Set(arguments.dropFirst(2)))
    switch subject {
    case .nvml: NVMLReader.run(library: arguments[1], journal: journal)
    case .cuda: CUDAReader.run(library: arguments[1], journal: journal)
    }
    return 0
  }

  /// A crash ends the helper at once: whatever handles signals here (Swift's backtraces do where they are switched on) would
  /// go on after it or take its time, and a core file would lie in the job's folder.
  private static func dieQuietly() {
    let numbers = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGALRM, SIGPIPE]
    for number in numbers {
      _ = signal(number, SIG_DFL)
    }
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
  }

  /// Keeps nothing of the job's open, also where a hang outlives the parent: somebody may wait for the end of a pipe.
  private static func letGo() {
    let own = SmallFile.names(in: "/proc/self/fd").compactMap { Int32($0) }
    for descriptor in own where descriptor > journalDescriptor { close(descriptor) }
    // The parent kills what is late; this is for when it was killed itself.
    alarm(longestLife)
  }

  /// Seconds; longer than any parent waits.
  private static let longestLife: UInt32 = 60
}
