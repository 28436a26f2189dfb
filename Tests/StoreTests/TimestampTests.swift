import Store
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    "1970-01-01T00:00:00.000000Z", "2026-11-24T12:34:56.789012Z", "2000-02-29T23:59:59.999999Z",
    "1969-12-31T23:59:59.999999Z", "0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z",
  ])
  func isReadAgain(text: String) {
    #expect(Timestamp(parsing: text)?.description == text)
  }

  @Test(arguments: [
    "", "2026-11-24", "2026-11-24T12:34:56Z", "2026-11-24 12:34:56.789012Z",
    "2026-02-29T00:00:00.000000Z", "2026-11-31T00:00:00.000000Z", "2026-13-01T00:00:00.000000Z",
    "2026-00-01T00:00:00.000000Z", "2026-11-24T24:00:00.000000Z", "2026-11-24T12:60:00.000000Z",
    "2026-11-24T12:34:60.000000Z", "0000-01-01T00:00:00.000000Z", "2026-11-24T12:34:56.78901xZ",
    "2026-11-24T12:34:56.789012z", "+026-11-24T12:34:56.789012Z",
  ])
  func whatIsNoTimeIsRefused(text: String) { #expect(Timestamp(parsing: text) == nil) }

  @Test(arguments: ["0", "17", "9007199254740991", "2026-11-24T12:34:56.789012Z"])
  func pointsOfASnapshotAreReadAgain(text: String) {
    #expect(SnapshotPoint(parsing: text)?.description == text)
  }

  @Test(arguments: ["", "-1", "007", "+7", "1.0", "99999999999999999999", "now"])
  func otherPointsAreRefused(text: String) { #expect(SnapshotPoint(parsing: text) == nil) }
}
