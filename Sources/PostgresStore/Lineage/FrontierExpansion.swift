import Lineage
import Postgres
import Records
import Store

/// Drives one walk: expands each level in slices of nodes and pages of rows, so that neither a level nor a node
/// of any size comes in one answer.
package struct FrontierExpansion {
  /// How much one statement asks for.
  package struct Portion: Sendable {
    package var nodes = 1024
    package var rows = 8192
    /// A frontier of no more nodes than this is read many levels ahead.
    package var narrow = 16
    package var ahead = LevelsAhead.Portion()

    package init() {}
  }

  struct Label: Sendable {
    let member: ReferenceMember
    /// Position in `roles`; -1 for none.
    let role: Int32
  }

  /// Where a page ended: an edge in the order of a walk.
  private struct Key {
    var far: Int64 = -1
    var member: Int16 = 0
    var role = ""
    var position: Int16 = 0
  }

  private let query: LineageQuery
  private let portion: Portion
  private let namespaces: Set<Int32>
  private let isUp: Bool
  private var walk: LineageWalk<Label>
  private var roles: [String] = []
  private var rolePositions: [String: Int32] = [:]
  private var ahead = LevelsAhead()
  /// Levels until it is tried again to read ahead: twice as many after each time that brought nothing.
  private var rest = (left: 0, next: 1)

  init(_ query: LineageQuery, namespaces: [Int32], portion: Portion) {
    self.query = query
    self.portion = portion
    self.namespaces = Set(namespaces)
    isUp = query.direction == .up
    walk = LineageWalk(query)
  }

  mutating func run(
    on connection: inout PostgresConnection, _ deadline: Deadline
  ) throws(PostgresError) -> LineageAnswer {
    while !walk.frontier.isEmpty {
      let frontier = walk.frontier
      try readAhead(frontier, on: &connection, deadline)
      if ahead.covers(frontier) {
        for near in frontier { for edge in ahead[near] { meet(edge) } }
      } else {
        try expand(frontier, on: &connection, deadline)
      }
      walk.endLevel()
    }
    let roles = roles
    return walk.answer { ($0.member, $0.role < 0 ? nil : roles[Int($0.role)]) }
  }

  private mutating func readAhead(
    _ frontier: [Int64], on connection: inout PostgresConnection, _ deadline: Deadline
  ) throws(PostgresError) {
    guard frontier.count <= portion.narrow, !ahead.covers(frontier) else { return }
    guard rest.left == 0 else {
      rest.left -= 1
      return
    }
    ahead = try LevelsAhead(of: frontier, query, portion.ahead, on: &connection, deadline)
    rest = ahead.covers(frontier) ? (0, 1) : (rest.next, rest.next * 2)
  }

  private mutating func expand(
    _ frontier: [Int64], on connection: inout PostgresConnection, _ deadline: Deadline
  ) throws(PostgresError) {
    var start = 0
    var key = Key()
    while start < frontier.count, !walk.isExhausted {
      let end = min(start + portion.nodes, frontier.count)
      let rows = try connection.execute(
        isUp ? LineageSQL.up : LineageSQL.down, parameters(Array(frontier[start..<end]), key),
        deadline: deadline)
      for row in 0..<rows.count { meet(try EdgeRow(rows, row, query.direction)) }
      guard rows.count == portion.rows else {
        start = end
        key = Key()
        continue
      }
      let last = rows.count - 1
      let near = try rows.int64(last, 0)
      while frontier[start] != near { start += 1 }
      key = Key(
        far: try rows.int64(last, 1), member: try rows.int16(last, 2),
        role: try rows.text(last, 3), position: try rows.int16(last, 4))
    }
  }

  private func parameters(_ nodes: [Int64], _ key: Key) -> Parameters {
    var parameters = Parameters()
    parameters.append(nodes)
    if isUp {
      parameters.append(query.members.mask)
    } else {
      parameters.append(query.members.members.map(\.rawValue))
    }
    if let roles = query.roles { parameters.append(roles) } else { parameters.appendNull() }
    parameters.append(key.far)
    parameters.append(key.member)
    parameters.append(key.role)
    parameters.append(key.position)
    parameters.append(Int64(portion.rows))
    if !isUp { parameters.append(query.size) }
    return parameters
  }

  private mutating func meet(_ edge: EdgeRow) {
    walk.meet(
      near: edge.near, far: edge.far, kind: edge.kind,
      isVisible: namespaces.contains(edge.namespace),
      label: Label(member: edge.member, role: position(of: edge.role)))
  }

  private mutating func position(of role: String) -> Int32 {
    if role.isEmpty { return -1 }
    if let known = rolePositions[role] { return known }
    let position = Int32(roles.count)
    roles.append(role)
    rolePositions[role] = position
    return position
  }
}
