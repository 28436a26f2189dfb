/// How an executor ended.
package enum ExecutorEnd: Sendable, Equatable {
  case exit(Int)
  case signal(Int)
  /// Nobody saw it end, or it never began; why.
  case unknown(String)

  /// Of what waitpid(2) says.
  init(status: Int32) {
    let signal = status & 0x7F
    self = signal == 0 ? .exit(Int(status >> 8 & 0xFF)) : .signal(Int(signal))
  }

  package var isGood: Bool { self == .exit(0) }
}

extension ExecutorEnd: CustomStringConvertible {
  package var description: String {
    switch self {
    case .exit(let code): "exit \(code)"
    case .signal(let number): "signal \(number)"
    case .unknown(let why): "unknown \(why)"
    }
  }

  /// Reads what `description` wrote.
  init(parsing text: String) {
    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
    switch (parts.first, parts.last.flatMap { Int($0) }) {
    case ("exit", let code?): self = .exit(code)
    case ("signal", let number?): self = .signal(number)
    default: self = .unknown(parts.count == 2 ? parts[1] : text)
    }
  }
}
