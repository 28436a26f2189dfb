import Lineage
import Postgres
import Records
import Store

/// What a narrow frontier leads to, read many levels at once: a chain of 100,000 records is some hundred
/// statements instead of as many as it has levels.
package struct LevelsAhead {
  /// How much is read at once.
  package struct Portion: Sendable {
    package var levels = 512
    package var rows = 4096
    /// A node with as many references (down: by one member) is left to the ordinary way.
    package var fan = 32

    package init() {}
  }

  /// Those of whom everything is there.
  private var references: [Int64: [EdgeRow]] = [:]

  init() {}

  init(
    of frontier: [Int64], _ query: LineageQuery, _ portion: Portion,
    on connection: inout PostgresConnection,
    _ deadline: Deadline
  ) throws(PostgresError) {
    let isUp = query.direction == .up
    var parameters = Parameters()
    parameters.append(frontier)
    if isUp {
      parameters.append(query.members.mask)
    } else {
      parameters.append(query.members.members.map(\.rawValue))
    }
    if let roles = query.roles { parameters.append(roles) } else { parameters.appendNull() }
    parameters.append(Int64(min(portion.levels, query.depth ?? .max)))
    parameters.append(Int64(portion.fan))
    parameters.append(Int64(portion.rows))
    if !isUp { parameters.append(query.size) }
    let rows = try connection.execute(
      isUp ? LineageSQL.upAhead : LineageSQL.downAhead, parameters, deadline: deadline)
    try take(rows, query.direction, portion)
  }

  private struct Place: Hashable {
    let node: Int64
    let level: Int32
  }

  /// Takes the nodes that came whole: none of the last level where the rows were cut, and none that may have more.
  /// In which order the rows of a level come, nobody promises.
  private mutating func take(
    _ rows: Rows, _ direction: WalkDirection, _ portion: Portion
  ) throws(PostgresError) {
    let levelColumn = direction == .up ? 7 : 6
    var found: [Place: [EdgeRow]] = [:]
    var lastLevel: Int32 = -1
    for row in 0..<rows.count {
      let place = Place(
        node: try rows.int64(row, 0), level: try rows.int32(row, levelColumn))
      lastLevel = max(lastLevel, place.level)
      let edge = rows.isNull(row, 1) ? nil : try EdgeRow(rows, row, direction)
      found[place, default: []] += edge.map { [$0] } ?? []
    }
    let isCut = rows.count == portion.rows
    for (place, edges) in found where edges.count < portion.fan {
      if !isCut || place.level < lastLevel {
        references[place.node] = edges.sorted { $0.order < $1.order }
      }
    }
  }

  func covers(_ frontier: [Int64]) -> Bool { frontier.allSatisfy { references[$0] != nil } }

  subscript(node: Int64) -> [EdgeRow] { references[node] ?? [] }
}
