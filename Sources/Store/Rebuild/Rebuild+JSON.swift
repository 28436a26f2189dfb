package import Canonical
import Records
import StemmaCrypto

// Rebuilds as the interfaces say them: schemas/openapi.yaml.

extension RebuildPlan {
  /// - Parameter id: nil for a plan that was not stored.
  package func json(as id: WorkID?) -> JSONValue {
    .object(present: [
      "rebuild": id.map { .string($0.description) }, "at": .integer(at),
      "items": .array(items.map(\.json)),
      "expected": .array(
        expected.map { one in
          [
            "class": .string(one.deviceClass), "items": .integer(Int64(one.items)),
            "seconds": .double(one.seconds), "runs": .integer(Int64(one.runs)),
          ]
        }),
    ])
  }
}

extension RebuildItem {
  package var json: JSONValue {
    .object(present: [
      "item": .string(id.description), "number": .integer(Int64(number)),
      "view": .string(view.description), "goal": .string(goal.rawValue),
      "class": deviceClass.map(JSONValue.string), "executor": executor.map(JSONValue.string),
      "state": .string(state.rawValue), "reason": reason.map(JSONValue.string),
      "after": after.isEmpty ? .none : .array(after.map { .integer(Int64($0)) }),
      "expected": expected.map {
        ["class": .string($0.deviceClass), "seconds": .double(Double($0.milliseconds) / 1000)]
      },
      "attempts": attempts == 0 ? .none : .integer(Int64(attempts)),
      "leasedBy": leasedBy.map(JSONValue.string),
      "expiresAt": expiresAt.map { .string($0.description) },
      "viewTo": viewTo.map { .string($0.description) },
      "output": output.map { .string($0.description) },
      "stderr": complaint.map { .string(Self.text($0)) },
    ])
  }

  /// What a process said: bytes that are no UTF-8 are replaced, and what JSON cannot hold.
  private static func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.map { $0 == 0 ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
  }
}

extension Rebuild {
  package var json: JSONValue {
    .object(present: [
      "rebuild": .string(id.description), "what": .string(what),
      "priority": .integer(Int64(priority)), "at": .integer(at), "createdBy": .string(createdBy),
      "createdAt": .string(createdAt.description),
      "cancelledAt": cancelledAt.map { .string($0.description) },
      "counts": .array(
        counts.map { count in
          .object(present: [
            "state": .string(count.state.rawValue),
            "class": count.deviceClass.map(JSONValue.string),
            "items": .integer(count.items),
          ])
        }),
    ])
  }
}

extension RebuildJob {
  package var json: JSONValue {
    .object(present: [
      "lease": .string(lease.description), "item": .string(item.id.description),
      "goal": .string(item.goal.rawValue), "attempt": .integer(Int64(item.attempts)),
      "expiresAt": item.expiresAt.map { .string($0.description) },
      "class": item.deviceClass.map(JSONValue.string),
      "executor": item.executor.map(JSONValue.string),
      "execution": .raw(execution.canonical), "sample": .string(item.id.description),
      "view": .string(view.digest.description), "record": .raw(view.canonical),
      "context": .raw(context.canonicalBytes()),
      "inputs": .array(inputs.map(\.json)),
      "commitFirst": .array(commitFirst.map { .raw($0.canonical) }),
      "answer": answer.map { .string($0.description) },
      "predecessor": predecessor.map { .string($0.description) },
    ])
  }
}

extension RebuildJob.Input {
  fileprivate var json: JSONValue {
    .object(present: [
      "role": .string(role), "ref": .string(ref.description), "kind": .string(kind.name),
      (isManifest ? "manifest" : "content"): content.map { .raw($0.canonicalBytes()) },
    ])
  }
}
