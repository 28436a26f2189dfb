import ArgumentParser
import Canonical
import FileDigests
import Glibc
import SeededRandom

struct HashBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hash",
    abstract: "Digests of files and folders against openssl and memory.",
    discussion: """
      One file, a folder of the same size, and a safetensors file, all in the page cache, against \
      `openssl dgst -sha256` of the file and a plain read of as much memory. Megabytes (10^6) a second of wall clock; \
      ratios are taken round by round.
      """)

  @Option(help: "Size of what is hashed, in MiB.")
  var size = 256

  @Option(help: "Rounds; in each, every measurement once.")
  var rounds = 5

  @Option(help: "Folder beneath which the files lie while this runs.")
  var folder = "/var/tmp"

  func validate() throws {
    guard size >= 16, rounds > 0 else { throw ValidationError("at least 16 MiB and one round") }
  }

  func run() throws {
    let folder = try TemporaryFolder(beneath: folder)
    defer { folder.remove() }
    let files = try HashFiles(in: folder.path, mebibytes: size)
    let memory = [UInt64](repeating: 0x5A5A_5A5A_5A5A_5A5A, count: size << 17)
    let measurements: [(name: String, threads: Int, body: () throws -> Void)] = [
      ("file", 1, { _ = try hashFile(files.file) }),
      (
        "folder", processorCount(),
        {
          guard try FolderManifest(ofFolder: files.folder).files.count == HashFiles.count else {
            throw BenchError("the folder has other files")
          }
        }
      ),
      ("safetensors", processorCount(), { _ = try TensorDigest(ofFile: files.tensors) }),
      (
        "openssl", 1,
        {
          let openssl = try ChildProcess(
            ["openssl", "dgst", "-sha256", files.file], log: "/dev/null")
          guard openssl.wait() == 0 else { throw BenchError("openssl dgst failed") }
        }
      ),
      (
        "memory read", 1,
        {
          guard memory.reduce(0, &+) != 0 else { throw BenchError("the memory was not read") }
        }
      ),
    ]
    var rates = Array(repeating: [Double](), count: measurements.count)
    for round in 0...rounds {
      for (position, measurement) in measurements.enumerated() {
        let run = try timed(measurement.body)
        // The first round fills the page cache.
        if round > 0 { rates[position].append(Double(size << 20) / 1e6 / run.wall) }
      }
    }
    for (position, measurement) in measurements.enumerated() {
      func over(_ other: Int) -> JSONValue {
        Spread(zip(rates[position], rates[other]).map { $0 / $1 }).json
      }
      report([
        "bench": "hash", "what": .string(measurement.name), "mebibytes": .count(size),
        "threads": .count(measurement.threads),
        "megabytesPerSecond": Spread(rates[position]).json, "overOpenSSL": over(3),
        "overMemoryRead": over(4),
      ])
    }
  }
}

/// The files that are hashed: random bytes, the same amount in each form.
private struct HashFiles {
  static let count = 64
  let file: String
  let folder: String
  let tensors: String

  init(in parent: String, mebibytes: Int) throws {
    file = parent + "/file"
    folder = parent + "/folder"
    tensors = parent + "/model.safetensors"
    var random = SplitMix64(seed: 1)
    let part = (0..<(mebibytes << 17) / Self.count).map { _ in random.next() }
    try Self.write(part, times: Self.count, to: file)
    unsafe mkdir(folder, 0o755)
    for number in 0..<Self.count {
      try Self.write(part, times: 1, to: folder + "/part-\(number)")
    }
    let bytes = part.count * 8
    let header = (0..<Self.count).map { number in
      (
        "layer.\(number).weight",
        JSONValue.object([
          ("dtype", .string("BF16")), ("shape", .array([.count(bytes / 2)])),
          ("data_offsets", .array([.count(number * bytes), .count((number + 1) * bytes)])),
        ])
      )
    }
    let text = JSONValue.object(header).canonicalBytes()
    let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    try Self.write(part, times: Self.count, to: tensors, after: length + text)
  }

  private static func write(
    _ part: [UInt64], times: Int, to path: String, after head: [UInt8] = []
  ) throws {
    guard let file = unsafe fopen(path, "w") else { throw BenchError("cannot write \(path)") }
    var written = unsafe fwrite(head, 1, head.count, file)
    for _ in 0..<times { unsafe written += fwrite(part, 8, part.count, file) * 8 }
    guard unsafe fclose(file) == 0, written == head.count + times * part.count * 8 else {
      throw BenchError("cannot write \(path)")
    }
  }
}
