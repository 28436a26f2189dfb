import Glibc
import Signer
import StemmaCrypto
import TransparencyLog

/// A signer, driven step by step from the command line: `signer-session FOLDER STEP…`.
///
/// It stands for the database too: `commit` makes true what was prepared. What is answered is printed
/// before the next step, one line each and unbuffered, so that whoever kills this process, or breaks its
/// system calls, knows what it was told. Steps:
///
///     history:SALT:N        the database has N records more (before the signer is asked)
///     create                make the state of a new log
///     open                  start the signer
///     prepare:SALT:N        prepare N records on the database's log
///     commit                the database commits them
///     sign                  sign the database's log
///
/// The leaf of record i is the SHA-256 of `i SALT`. A step that fails prints `error CODE` and ends it all
/// with status 1.
@main
struct SignerSession {
  private let folder: String
  private var signer: FileSigner?
  private var database: [Digest] = []
  private var prepared: [Digest] = []

  static func main() async {
    let arguments = CommandLine.arguments
    guard arguments.count > 2 else {
      report("usage: signer-session FOLDER STEP…")
      exit(2)
    }
    var session = SignerSession(folder: arguments[1])
    do throws(SignerError) {
      for step in arguments[2...] { try await session.run(step) }
    } catch {
      report("error \(error.code.name) \(error.message)")
      exit(1)
    }
  }

  private init(folder: String) { self.folder = folder }

  private mutating func run(_ step: String) async throws(SignerError) {
    let parts = step.split(separator: ":")
    let new = parts.count == 3 ? leaves(salt: parts[1], count: Int(parts[2]) ?? 0) : []
    switch parts[0] {
    case "history":
      database += new
    case "create":
      try FileSigner.create(in: folder, origin: "example.com/log", seed: Array(0..<32))
      Self.report("created")
    case "open":
      // Small, so that a short session begins new journals too.
      signer = try FileSigner(folder: folder, rotationSize: 1024)
      Self.report("opened")
    case "prepare":
      prepared = new
      try await opened.prepare(head: head(of: database), leaves: new)
      Self.report("prepared \(database.count) \(new.count)")
    case "commit":
      database += prepared
      prepared = []
      Self.report("committed \(database.count)")
    case "sign":
      let signed = try await opened.sign(head(of: database))
      Self.report("signed \(signed.head.size) \(signed.head.root.hex)")
    default:
      throw SignerError(.unavailable, "no step \(step)")
    }
  }

  private var opened: FileSigner {
    get throws(SignerError) {
      guard let signer else { throw SignerError(.noState, "not open") }
      return signer
    }
  }

  private func leaves(salt: Substring, count: Int) -> [Digest] {
    (database.count..<database.count + count).map { SHA256.digest(of: Array("\($0) \(salt)".utf8)) }
  }

  private func head(of leaves: [Digest]) -> TreeHead {
    var edge = RightEdge()
    for leaf in leaves { edge.append(leaf) }
    return TreeHead(size: edge.size, root: edge.root)
  }

  private static func report(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = unsafe write(STDOUT_FILENO, bytes, bytes.count)
  }
}
