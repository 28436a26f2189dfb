package import Canonical
package import Lineage
import Records
package import StemmaCrypto

/// Every view that is stale in a snapshot, and why: one page of them.
package struct StaleReport: Sendable {
  package struct View: Sendable {
    package let index: Int64
    package let digest: Digest
    /// Name of what it defines; nil where that was not looked up, or its body was erased.
    package let output: String?
    package let standing: ViewStanding

    package init(index: Int64, digest: Digest, output: String?, standing: ViewStanding) {
      self.index = index
      self.digest = digest
      self.output = output
      self.standing = standing
    }
  }

  /// The newest index of the snapshot.
  package var at: Int64
  /// All that are stale, on whatever page.
  package var total = 0
  /// By index.
  package var views: [View] = []
  /// Ask for those after this index; nil: there are no more.
  package var next: Int64?
  /// What the reasons of the page's views speak of.
  package var digests: [Int64: Digest] = [:]

  package init(at: Int64) { self.at = at }
}

extension StaleReport {
  /// The answer of `GET stale`, as schemas/openapi.yaml has it.
  package var json: JSONValue {
    var retractions: [Int64: StandingRetractions.Standing] = [:]
    for view in views {
      for one in view.standing.retractions { retractions[one.retraction.index] = one }
    }
    let sorted = retractions.sorted { $0.key < $1.key }.map(\.value)
    // Most views of a large page are stale for the same reasons.
    var reasons: [[Int64]: JSONValue] = [:]
    func because(_ standing: ViewStanding) -> JSONValue {
      guard let key = standing.causes else { return standing.json(digests) }
      if let known = reasons[key] { return known }
      let made = JSONValue.raw(standing.json(digests).canonicalBytes())
      reasons[key] = made
      return made
    }
    return .object(present: [
      "at": .integer(at), "total": .integer(Int64(total)),
      "views": .array(
        views.map { view in
          .object(present: [
            "because": because(view.standing), "digest": .string(view.digest.description),
            "index": .integer(view.index), "output": view.output.map(JSONValue.string),
            "since": view.standing.since.map(JSONValue.integer),
          ])
        }),
      "retractions": .array(sorted.map { $0.json(digests) }),
      "next": next.map(JSONValue.integer),
    ])
  }
}

extension ViewStanding {
  /// Why a view is what it is: digests of retractions and successions, and recipes that lead elsewhere.
  func json(_ digests: [Int64: Digest]) -> JSONValue {
    func text(_ index: Int64) -> JSONValue? {
      digests[index].map { .string($0.description) }
    }
    var (own, retractions, successions, recipes):
      ([JSONValue], [JSONValue], [JSONValue], [JSONValue]) =
        ([], [], [], [])
    for reason in reasons {
      switch reason {
      case .retracted(let standing): own.append(.string(standing.retraction.digest.description))
      case .restsOn(let standing):
        retractions.append(.string(standing.retraction.digest.description))
      case .superseded(let succession):
        successions.append(
          .object(present: [
            "succession": text(succession.index), "to": text(succession.to),
            "index": .integer(succession.index),
          ]))
      case .recipe(let change):
        recipes.append(
          .object(present: [
            "recipe": text(change.recipe), "since": .integer(change.since),
            "leadsTo": change.leadsTo.map { .string($0.digest.description) },
            "moves": .array(
              change.moves.map { ["name": .string($0.name), "index": .integer($0.index)] }),
          ]))
      }
    }
    func list(_ values: [JSONValue]) -> JSONValue? { values.isEmpty ? .none : .array(values) }
    return .object(present: [
      "retracted": list(own), "superseded": list(successions), "restsOn": list(retractions),
      "recipes": list(recipes), "more": isCut ? true : .none,
    ])
  }

  /// Retractions of what it rests on, by index, where it is what it is for those alone: then they say it all.
  var causes: [Int64]? {
    var causes: [Int64] = []
    for reason in reasons {
      guard case .restsOn(let standing) = reason else { return nil }
      causes.append(standing.retraction.index)
    }
    return isCut ? nil : causes
  }

  /// Records that its reasons speak of.
  var spokenOf: [Int64] {
    reasons.flatMap { reason -> [Int64] in
      switch reason {
      case .retracted(let standing), .restsOn(let standing):
        [standing.retraction.subject, standing.retraction.replacement].compactMap(\.self)
      case .superseded(let succession): [succession.index, succession.to]
      case .recipe(let change): [change.recipe]
      }
    }
  }

  /// The retractions among its reasons.
  var retractions: [StandingRetractions.Standing] {
    reasons.compactMap { reason in
      switch reason {
      case .retracted(let standing), .restsOn(let standing): standing
      case .superseded, .recipe: nil
      }
    }
  }
}

extension StandingRetractions.Standing {
  func json(_ digests: [Int64: Digest]) -> JSONValue {
    .object(present: [
      "digest": .string(retraction.digest.description), "index": .integer(retraction.index),
      "since": .integer(since),
      "subject": digests[retraction.subject].map { .string($0.description) },
      "effect": .string(retraction.effect.rawValue), "reason": .string(retraction.reason),
      "replacement": retraction.replacement.flatMap { digests[$0] }.map { .string($0.description) },
    ])
  }
}
