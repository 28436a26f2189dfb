import StemmaCrypto
import Testing
import TransparencyLog

/// Logs written by this code, verified by Go's `golang.org/x/mod/sumdb`; and faults, which it finds.
///
/// Skipped only where Go and that package cannot be installed.
@Suite(.serialized) struct GoVerificationTests {
  static func verify(_ folder: LogFolder) throws -> (status: Int32, output: String) {
    let result = try folder.verify()
    if result.status == 3 { try Test.cancel("Go is not there: \(result.output)") }
    return result
  }

  @Test(arguments: [0, 1, 2, 255, 256, 257, 1000, 65_536, 70_000])
  func aLogVerifies(size: Int) throws {
    let folder = try LogFolder(size: size)
    let (status, output) = try Self.verify(folder)
    #expect(status == 0, "\(output)")
    #expect(output.contains("log.example/test of \(size) entries verifies"), "\(output)")
  }

  /// One fault each, in the log of 600 entries.
  enum Fault: String, CaseIterable {
    case checkpointText, checkpointSignature, checkpointRoot, checkpointSize, checkpointOrigin
    case emptyCheckpoint, otherKey
    case leafTile, upperTile, oldPartialTile, shortTile, longTile, missingTile, missingPartialTile
    case tileBeyond, misnamedTile
    case entry, swappedEntries, shortBundle, missingBundle
    case receiptIndex, receiptHash, receiptOfFork, receiptBeyond, receiptCheckpoint, emptyReceipt
  }

  @Test(arguments: Fault.allCases)
  func aFaultIsFound(fault: Fault) throws {
    let folder = try LogFolder(size: 600)
    try Self.plant(fault, in: folder)
    let (status, output) = try Self.verify(folder)
    #expect(status == 1, "\(fault): \(output)")
  }

  private static func plant(_ fault: Fault, in folder: LogFolder) throws {
    let (name, root) = (folder.key.verifierKey.name, folder.tree.root(ofSize: 600))
    func replace(checkpoint: Checkpoint) throws {
      try folder.write(folder.sign(checkpoint).formatNote(), to: "checkpoint")
    }
    func flip(_ file: String, _ place: Int) throws {
      var bytes = try folder.read(file)
      bytes[place] ^= 1
      try folder.write(bytes, to: file)
    }
    func remove(_ file: String) throws {
      try #require(LogFolder.shell("rm '\(folder.path)/\(file)'") == 0)
    }
    func write(_ receipt: LogProof) throws {
      try folder.write(receipt.formatProof(), to: "receipts/planted")
    }
    switch fault {
    case .checkpointText: try flip("checkpoint", 20)
    case .checkpointSignature: try flip("checkpoint", try folder.read("checkpoint").count - 20)
    case .checkpointRoot:
      try replace(checkpoint: Checkpoint(origin: name, size: 600, root: TreeHash.leaf([])))
    case .checkpointSize:
      try replace(checkpoint: Checkpoint(origin: name, size: 599, root: root))
    case .checkpointOrigin:
      try replace(checkpoint: Checkpoint(origin: "other", size: 600, root: root))
    case .emptyCheckpoint: try folder.write([], to: "checkpoint")
    case .otherKey:
      let other = try SigningKey(name: name, seed: Array(repeating: 9, count: 32))
      try folder.write(utf8("\(other.verifierKey)\n"), to: "vkey")
    case .leafTile: try flip("tile/0/001", 5000)
    case .upperTile: try flip("tile/1/000.p/2", 40)
    case .oldPartialTile: try flip("tile/0/000.p/3", 0)
    case .shortTile:
      try folder.write(Array(try folder.read("tile/0/000").dropLast(32)), to: "tile/0/000")
    case .longTile:
      try folder.write(try folder.read("tile/0/000") + root.bytes, to: "tile/0/000")
    case .missingTile: try remove("tile/0/001")
    case .missingPartialTile: try remove("tile/1/000.p/2")
    case .tileBeyond: try folder.write(root.bytes, to: "tile/0/003.p/1")
    case .misnamedTile: try folder.write(root.bytes, to: "tile/0/3.p/1")
    case .entry: try flip("tile/entries/001", 100)
    case .swappedEntries:
      var entries = try EntryBundle.decode(try folder.read("tile/entries/001"), width: 256)
      entries.swapAt(3, 4)
      try folder.write(EntryBundle.encode(entries), to: "tile/entries/001")
    case .shortBundle:
      let bytes = try folder.read("tile/entries/002.p/88")
      try folder.write(Array(bytes.dropLast(1)), to: "tile/entries/002.p/88")
    case .missingBundle: try remove("tile/entries/000")
    case .receiptIndex:
      let receipt = try folder.receipt(300, under: 600)
      try write(
        LogProof(
          extra: nil, index: 301, hashes: receipt.hashes, checkpoint: receipt.checkpoint))
    case .receiptHash:
      let receipt = try folder.receipt(300, under: 600)
      try write(
        LogProof(
          extra: nil, index: 300, hashes: receipt.hashes.reversed(),
          checkpoint: receipt.checkpoint))
    case .receiptOfFork:
      // A tree of one other entry, signed by the log.
      let fork = Checkpoint(origin: name, size: 1, root: TreeHash.leaf(utf8("fork")))
      try write(LogProof(extra: nil, index: 0, hashes: [], checkpoint: folder.sign(fork)))
    case .receiptBeyond:
      let larger = Checkpoint(origin: name, size: 601, root: root)
      try write(LogProof(extra: nil, index: 600, hashes: [], checkpoint: folder.sign(larger)))
    case .receiptCheckpoint:
      let receipt = try folder.receipt(300, under: 600).formatProof()
      try folder.write(receipt, to: "receipts/planted")
      try flip("receipts/planted", receipt.count - 20)
    case .emptyReceipt: try folder.write([], to: "receipts/planted")
    }
  }
}
