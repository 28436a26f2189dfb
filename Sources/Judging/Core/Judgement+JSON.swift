package import Canonical

extension Judgement {
  /// The members of a `verdict` record beside `kind`, `v` and `outputs`.
  package var recordMembers: [(String, JSONValue)] {
    let texts = flags.map(\.rawValue).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var members: [(String, JSONValue)] = [
      ("verdict", .string(verdict.rawValue)),
      ("flags", .array(texts.map(JSONValue.string))),
      ("tests", .array(tests.prefix(100).map(\.json))),
      ("looks", .integer(Int64(looks))),
      ("method", .string(Self.method + (envelopes.map { "+envelopes@\($0)" } ?? ""))),
    ]
    if let need { members.append(("need", need.json)) }
    return members
  }

  /// For programs that run `stemma judge`: the members of a record, and the findings.
  package var json: JSONValue {
    .object(recordMembers + [("findings", .array(findings.map(JSONValue.string)))])
  }
}

extension Judgement.Test {
  fileprivate var json: JSONValue {
    .object(present: [
      "name": .string(name), "statistic": .measured(statistic),
      "interval": interval.map { [.measured($0.lowerBound), .measured($0.upperBound)] },
      "pValue": pValue.map(JSONValue.measured), "threshold": .measured(threshold),
    ])
  }
}

extension Judgement.Need {
  fileprivate var json: JSONValue {
    ["of": .string(of.rawValue), "count": .integer(Int64(count))]
  }
}

extension JSONValue {
  /// A measured number as a record can hold it. JSON has no infinity (a drift against zero): the largest
  /// number stands for it. Doubles from 2^53 to 10^21 would print as integers that records refuse: 10^21
  /// stands for those, all of them beyond every threshold.
  static func measured(_ value: Double) -> JSONValue {
    precondition(!value.isNaN, "a statistic that is not a number")
    guard value.isFinite else {
      return .double(value < 0 ? -.greatestFiniteMagnitude : .greatestFiniteMagnitude)
    }
    let isWide = value.magnitude > 9_007_199_254_740_991 && value.magnitude < 1e21
    return .double(isWide ? (value < 0 ? -1e21 : 1e21) : value)
  }
}
