import Lineage
import Records
import StemmaCrypto
import StoreFixtures
import Testing

@testable import Store

@Suite struct LineageCursorTests {
  private let request: LineageRequest

  init() throws {
    request = try LineageSetting().request(SHA256.digest(of: []), .down)
  }

  private var cursor: LineageCursor {
    LineageCursor(
      size: 100, direction: .down, position: WalkPosition(distance: 3, index: 42))
  }

  @Test func isReadAgain() {
    #expect(LineageCursor(parsing: cursor.text(for: request), for: request) == cursor)
  }

  /// Whatever changes which nodes there are, or their order.
  @Test func meansNothingToAnotherQuestion() throws {
    let text = cursor.text(for: request)
    var others: [LineageRequest] = []
    func other(_ change: (inout LineageRequest) -> Void) {
      var request = request
      change(&request)
      others.append(request)
    }
    other { $0.root = SHA256.digest(of: [1]) }
    other { $0.direction = .both }
    other { $0.depth = 1 }
    other { $0.kinds = [.input] }
    other { $0.roles = ["input"] }
    other { $0.crossed = [.outputExecution] }
    other { $0.at = .index(7) }
    let team = try LineageSetting.namespace("team")
    other { $0.namespace = team }
    for other in others { #expect(LineageCursor(parsing: text, for: other) == nil) }
    // What is shown of the nodes may change from page to page.
    var shown = request
    shown.wantsRecords = true
    shown.limit = 5
    #expect(LineageCursor(parsing: text, for: shown) == cursor)
  }

  @Test func everyChangedByteIsRefused() {
    let text = Array(cursor.text(for: request).utf8)
    for place in text.indices {
      for byte in [UInt8(ascii: "0"), UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "x")]
      where byte != text[place] {
        var changed = text
        changed[place] = byte
        let made = String(decoding: changed, as: UTF8.self)
        #expect(LineageCursor(parsing: made, for: request) == nil, "\(made)")
      }
    }
  }

  @Test(arguments: [
    "", "-", "-----", "1-down-9999999999999999999-0-0-0000000000000000", "1-down-1--1-0-00",
    "1-down-100-3-42", "2-down-100-3-42-0000000000000000", "é",
  ])
  func whatIsNoCursorIsRefused(text: String) {
    #expect(LineageCursor(parsing: text, for: request) == nil)
  }
}
