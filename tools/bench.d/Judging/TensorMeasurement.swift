import Canonical
import FileDigests
import Glibc
import Judging
import Payloads
import SeededRandom

/// Two files of one tensor, the second with the rounding of another order of summation, judged and read in
/// turns.
struct TensorMeasurement {
  private let reference: String
  private let recomputed: String
  private let mebibytes: Int

  /// Writes the files, piece by piece: this process's own memory is part of what is measured.
  init(folder: String, mebibytes: Int, width: Int) throws {
    reference = folder + "/reference.npy"
    recomputed = folder + "/recomputed.npy"
    self.mebibytes = mebibytes
    let shape = "(\(mebibytes << 18 / width), \(width))"
    for (path, drift) in [(reference, Float(0)), (recomputed, 1e-6)] {
      var random = SplitMix64(seed: 1)
      guard let file = unsafe fopen(path, "w") else { throw BenchError("cannot write \(path)") }
      let text = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }\n"
      let head =
        [0x93] + Array("NUMPY\u{1}\0".utf8) + [UInt8(text.utf8.count), 0] + Array(text.utf8)
      var written = unsafe fwrite(head, 1, head.count, file) - head.count
      var piece = [Float](repeating: 0, count: 1 << 18)
      for _ in 0..<mebibytes {
        for i in piece.indices {
          let bits = random.next()
          let value = Float(Int32(truncatingIfNeeded: bits)) * 0x1p-31
          piece[i] = value * (1 + drift * Float(Int32(truncatingIfNeeded: bits >> 32)) * 0x1p-31)
        }
        unsafe written += fwrite(piece, 4, piece.count, file)
      }
      guard unsafe fclose(file) == 0, written == mebibytes << 18 else {
        throw BenchError("cannot write \(path)")
      }
    }
  }

  func run(rounds: Int) throws {
    var rates: (judge: [Double], read: [Double]) = ([], [])
    let megabytes = Double(2 * mebibytes << 20) / 1e6
    // The first round fills the page cache.
    for round in 0...rounds {
      let judged = try timed(judge).wall
      let read = try timed { try self.read(reference) + self.read(recomputed) }.wall
      if round > 0 {
        rates.judge.append(megabytes / judged)
        rates.read.append(megabytes / read)
      }
    }
    report([
      "bench": "judging", "what": .string("tensor"), "mebibytesEach": .count(mebibytes),
      "megabytesPerSecond": Spread(rates.judge).json,
      "readMegabytesPerSecond": Spread(rates.read).json,
      "overRead": Spread(zip(rates.judge, rates.read).map { $0 / $1 }).json,
      "floor": .figure(1.0 / 3), "peakMegabytes": .figure(Self.peakMegabytes()),
      "load": .string(machineLoad()),
    ])
  }

  private func judge() throws {
    let side = Declaration(type: .tensor, dtypes: [.fp32])
    let judgement = try FilePair(
      reference: reference, recomputed: recomputed,
      declared: DeclaredPair(reference: side, recomputed: side)
    ).judgement()
    guard judgement.verdict == .numericallyEquivalent else {
      throw BenchError("the tensors are \(judgement.verdict.rawValue)")
    }
  }

  private func read(_ path: String) throws -> Int {
    let file = try OpenFile(path, followingLinks: true)
    let size = try file.stamp().size
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
    defer { unsafe buffer.deallocate() }
    for offset in stride(from: 0, to: size, by: buffer.count) {
      _ = try unsafe file.read(into: buffer, at: offset)
    }
    return Int(size)
  }

  /// The most resident memory that this process ever had (getrusage(2) counts in KiB).
  private static func peakMegabytes() -> Double {
    var usage = rusage()
    unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    return Double(usage.ru_maxrss) * 1024 / 1e6
  }
}
