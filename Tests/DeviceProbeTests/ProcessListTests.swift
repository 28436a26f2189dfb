import Testing

@testable import DeviceProbe

/// Rows of 24 bytes and, under the same name, of 32.
struct ProcessListTests {
  @Test(arguments: [24, 32], 0...6)
  func findsTheLengthOfARow(length: Int, count: Int) {
    let pids = (0..<count).map { UInt32(1000 + 7 * $0) }
    #expect(ProcessList.pids(buffer(pids, length), count: count) == pids)
  }

  @Test(arguments: [24, 32])
  func findsItWithInstances(length: Int) {
    let pids: [UInt32] = [1, 4_194_304, 77]
    #expect(ProcessList.pids(buffer(pids, length, instance: 9), count: 3) == pids)
  }

  @Test func takesNoNonsense() {
    #expect(ProcessList.pids([UInt8](repeating: 0, count: 320), count: 2) == nil)
    #expect(ProcessList.pids([UInt8](repeating: 0xFF, count: 320), count: 2) == nil)
    // More rows than the buffer holds.
    #expect(ProcessList.pids(buffer([5], 24), count: 1000) == nil)
  }

  @Test(arguments: ["rows=32 ", ""])
  func countsThroughTheLibrary(rows: String) throws {
    for count in [1, 2, 5, 40] {
      let pids = (1...count).map { "\($0 * 31)" }.joined(separator: ",")
      let probe = try PlayedMachine(nvml: "\(Cards.h100) \(rows)compute=\(pids)").probe()
      #expect(probe.devices[0].readings[2].readings.number("computeProcesses") == Int64(count))
    }
  }

  private func buffer(_ pids: [UInt32], _ length: Int, instance: UInt32 = .max) -> [UInt8] {
    var bytes = [UInt8](repeating: ProcessList.poison, count: (pids.count + 8) * 32)
    for (row, pid) in pids.enumerated() {
      // pid, padding, 8 bytes of memory, both instances, and 8 bytes more in a long row.
      let words: [UInt32] = [pid, 0, 1 << 28, 0, instance, instance, 0, 0]
      for (place, word) in words.prefix(length / 4).enumerated() {
        for byte in 0..<4 {
          bytes[row * length + place * 4 + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte))
        }
      }
    }
    return bytes
  }
}
