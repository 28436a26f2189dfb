package import Canonical
import Lineage
package import StemmaCrypto

/// Outputs of a view, each with what was said of it: one page.
package struct ViewOutputPage: Sendable {
  package struct Item: Sendable {
    let output: ViewOutput
    let verdicts: [(digest: Digest, verdict: String, with: [Digest])]
  }

  package let at: Int64
  package let items: [Item]
  /// Ask for those after this index; nil: there are no more.
  package let next: Int64?
}

extension ViewService {
  /// Outputs by index, those after `after`; nil where no view that may be seen has that digest at that point.
  package func outputs(
    of digest: Digest, on deviceClass: DeviceGroup?, in namespace: Namespace,
    at point: SnapshotPoint?, after: Int64 = -1, limit: Int
  ) async throws(StoreError) -> ViewOutputPage? {
    guard let weighed = try await weigh(digest, in: namespace, at: point) else { return nil }
    let all = weighed.outputs
    let rest = all.filter {
      $0.node.index > after && (deviceClass == nil || $0.devices == deviceClass)
    }
    let page = rest.prefix(limit)
    let digests = Dictionary(all.map { ($0.node.index, $0.node.digest) }) { first, _ in first }
    var said: [Int64: [(Digest, String, [Digest])]] = [:]
    for verdict in weighed.verdicts {
      for output in verdict.outputs {
        let others = verdict.outputs.subtracting([output]).sorted()
        said[output, default: []].append(
          (verdict.node.digest, verdict.verdict, others.compactMap { digests[$0] }))
      }
    }
    return ViewOutputPage(
      at: weighed.found.graph.size - 1,
      items: page.map { .init(output: $0, verdicts: said[$0.node.index] ?? []) },
      next: page.count < rest.count ? page.last?.node.index : nil)
  }
}

extension ViewOutputPage {
  /// The answer of `GET views/{digest}/outputs`, as schemas/openapi.yaml has it.
  package var json: JSONValue {
    .object(present: [
      "at": .integer(at), "outputs": .array(items.map(\.json)),
      "next": next.map(JSONValue.integer),
    ])
  }
}

extension ViewOutputPage.Item {
  fileprivate var json: JSONValue {
    .object(present: [
      "digest": .string(output.node.digest.description), "index": .integer(output.node.index),
      "class": .string(output.devices.name), "disowned": .bool(output.isDisowned),
      "record": output.node.record.map { .raw($0.canonicalBytes()) },
      "verdicts": .array(
        verdicts.map { one in
          [
            "digest": .string(one.digest.description), "verdict": .string(one.verdict),
            "with": .array(one.with.map { .string($0.description) }),
          ]
        }),
    ])
  }
}

extension ViewAnswer {
  /// The answer of `GET views/{digest}/answer`; nil where no output will do.
  package var json: JSONValue? {
    output.map { output in
      .object(present: [
        "output": .string(output.node.digest.description), "index": .integer(output.node.index),
        "class": .string(output.devices.name),
        "record": output.node.record.map { .raw($0.canonicalBytes()) },
        "verdict": verdict.map { .string($0.description) }, "view": report.json,
      ])
    }
  }
}
