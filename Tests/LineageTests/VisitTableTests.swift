import Testing

@testable import Lineage

@Suite struct VisitTableTests {
  /// Whoever writes records can space them with others, by a power of two for one.
  @Test(arguments: [1, 2, 3, 64, 1000, 1024, 4096, 65_536, 1 << 20])
  func everyStrideIsSpread(stride: Int64) {
    var table = VisitTable()
    for number in 0..<20_000 {
      let isNew = table.insert(Int64(number) * stride, distance: Int32(number), isListed: true)
      #expect(isNew)
    }
    #expect(table.collisions < 40_000)
    for number in [0, 1, 9_999, 19_999] {
      #expect(table[Int64(number) * stride]?.distance == Int32(number))
      let isNewAgain = table.insert(Int64(number) * stride, distance: 0, isListed: false)
      #expect(!isNewAgain)
    }
    #expect(table[stride * 20_000] == nil)
  }
}
