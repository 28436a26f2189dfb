import Lineage

/// The order in which views are rebuilt. Pure.
enum RebuildPlanner {
  /// One item, before it has a number.
  struct Step: Sendable, Equatable {
    let view: Int64
    let goal: RebuildItem.Goal
    var state: RebuildItem.State
    var reason: String?
    /// Places in the plan, ascending.
    var after: [Int]
  }

  private struct Standing {
    let goal: RebuildItem.Goal
    var state = RebuildItem.State.ready
    var reason: String?
    var needs: Set<Int64> = []
  }

  /// Steps for `views` and for whatever they wait for, each after all that it waits for. Of those that could come next,
  /// the one with the smallest index does. A view that lost its place is replaced by the one that has it.
  static func plan(_ views: [Int64], in graph: RebuildGraph) -> [Step] {
    var standings: [Int64: Standing] = [:]
    var open = views.map(graph.successions.last(from:))
    while let view = open.popLast() {
      guard standings[view] == nil else { continue }
      let standing = standing(of: view, in: graph)
      standings[view] = standing
      open += standing.needs
    }
    return ordered(standings)
  }

  private static func standing(of view: Int64, in graph: RebuildGraph) -> Standing {
    guard graph.isStale(view) else { return Standing(goal: .sample) }
    var standing = Standing(goal: .successor)
    func list(_ reason: String) -> Standing {
      Standing(goal: .successor, state: .listed, reason: reason)
    }
    guard graph.staleness.retractions.of(view).isEmpty else { return list("retracted") }
    if let change = graph.changes[view], change.leadsTo == nil { return list("unresolvable") }
    let plan = graph.plan(of: view)
    guard plan.unreplaced.isEmpty else { return list("no_replacement") }
    standing.needs = plan.waitsFor
    if !plan.promotions.isEmpty {
      return list("waits_for_promotion")
    } else if graph.waitsForModel(view) {
      (standing.state, standing.reason) = (.waiting, "promotion")
    }
    return standing
  }

  /// Kahn's algorithm. What is left over waits for itself.
  private static func ordered(_ standings: [Int64: Standing]) -> [Step] {
    var waiting = standings.mapValues(\.needs.count)
    var dependents: [Int64: [Int64]] = [:]
    for (view, standing) in standings {
      for source in standing.needs { dependents[source, default: []].append(view) }
    }
    var places: [Int64: Int] = [:]
    var steps: [Step] = []
    var level = waiting.filter { $0.value == 0 }.map(\.key).sorted()
    while !level.isEmpty || places.count < standings.count {
      let isCircle = level.isEmpty
      if isCircle { level = standings.keys.filter { places[$0] == nil }.sorted() }
      var next: [Int64] = []
      for view in level {
        guard let standing = standings[view] else { continue }
        var step = Step(
          view: view, goal: standing.goal, state: standing.state, reason: standing.reason,
          after: standing.needs.compactMap { places[$0] }.sorted())
        if isCircle {
          (step.state, step.reason, step.after) = (.listed, "waits_for_itself", [])
        } else if step.after.contains(where: { steps[$0].state == .listed }) {
          (step.state, step.reason) = (.listed, "waits_for_listed")
        } else if !step.after.isEmpty {
          step.state = .waiting
        }
        places[view] = steps.count
        steps.append(step)
        for dependent in dependents[view] ?? [] {
          waiting[dependent, default: 0] -= 1
          if waiting[dependent] == 0 { next.append(dependent) }
        }
      }
      level = isCircle ? [] : next.sorted()
    }
    return steps
  }
}
