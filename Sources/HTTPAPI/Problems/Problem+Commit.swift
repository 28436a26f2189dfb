import Canonical
import HTTPTypes
import StemmaCrypto
import Store

extension Problem {
  /// Why a commit was not stored, with pointers into the request body. `pointers` gives, for a
  /// record's digest, where the client put it.
  init(_ rejection: CommitRejection, pointers: (CommitRejection.Place) -> String) {
    switch rejection {
    case .unresolved(let missing):
      self.init(
        .unprocessableContent, "unresolved_references",
        "\(missing.count) reference(s) to records that are not in this namespace or commit; nothing was stored",
        members: [
          (
            "missing",
            .array(
              missing.map { item in
                .object([
                  ("pointer", .string(pointers(.init(item.record, item.member)))),
                  ("target", .string(item.target.description)),
                ])
              })
          ),
          ("retryable", .bool(true)),
        ])
    case .conflicting(let conflicts):
      self.init(
        .conflict, "conflict", "another record stands in the way; nothing was stored",
        members: [
          (
            "conflicts",
            .array(
              conflicts.map { item in
                var members: [(String, JSONValue)] = [
                  ("pointer", .string(pointers(.init(item.record, "")))),
                  ("reason", .string(item.reason)),
                ]
                if let current = item.current {
                  members.append(("current", .string(current.description)))
                }
                return .object(members)
              })
          )
        ])
    case .erased(let digests):
      self.init(
        .gone, "erased", "content of this commit was destroyed by an erasure; nothing was stored",
        members: [("content", .array(digests.map { .string($0.description) }))])
    case .unfit(let misfits):
      self.init(
        .badRequest, "invalid_record", "a reference does not fit; nothing was stored",
        members: [
          (
            "errors",
            .array(
              misfits.map { item in
                .object([
                  ("pointer", .string(pointers(.init(item.record, item.member)))),
                  ("message", .string(item.message)),
                ])
              })
          )
        ])
    }
  }
}
