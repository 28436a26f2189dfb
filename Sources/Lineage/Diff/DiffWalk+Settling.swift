import Canonical
import Records

// What came of what: decided once all pairs are known, since a pair's own bytes are a difference only where nothing
// above them is one.
extension DiffWalk {
  /// Says of each pair whether its difference can show below it, and where other bytes have no cause that is told.
  mutating func settle() {
    // A record's index is larger than those that it rests on.
    for place in pairs.indices.sorted(by: { pairs[$0].a.index < pairs[$1].a.index }) {
      let pair = pairs[place]
      let hasCause = pair.children.contains { pairs[$0].carries } || !pair.differences.isEmpty
      guard pair.a.kind == pair.b.kind else {
        pairs[place].carries = true
        continue
      }
      switch pair.a.kind {
      case .output:
        if pair.bytes == .differ, !hasCause {
          add(.unexplained, at: place, pointer: contentPointer(pair), contents(pair))
        }
        pairs[place].carries = pair.bytes != .same
      case .input, .model:
        if pair.bytes == .differ, isOrigin(pair) {
          let tensors = (pair.a.record?["tensorDigest"]?.text, pair.b.record?["tensorDigest"]?.text)
          add(
            .prescribed, at: place, pointer: contentPointer(pair), contents(pair),
            isSameTensors: tensors.0 != nil && tensors.0 == tensors.1)
        }
        pairs[place].carries = pair.bytes != .same
      default:
        pairs[place].carries = hasCause
      }
    }
  }

  /// Pairs whose differences can be the reason for what is below them: no pair with the same bytes lies between
  /// them and the two records that were asked about.
  var reached: Set<Int> {
    var reached: Set<Int> = [0]
    for place in pairs.indices.sorted(by: { pairs[$0].a.index > pairs[$1].a.index })
    where reached.contains(place) {
      if place != 0, pairs[place].bytes == .same {
        reached.remove(place)
      } else {
        reached.formUnion(pairs[place].children)
      }
    }
    return reached
  }

  /// Whether the bytes of two inputs or models were chosen here, and do not follow from what they rest on: a model that
  /// was promoted is its output; what was obtained follows from how it was asked for where that differed.
  private func isOrigin(_ pair: Pair) -> Bool {
    if pair.a.kind == .model {
      return pair.a.record?["promotedFrom"] == nil || pair.b.record?["promotedFrom"] == nil
    }
    return !pair.children.contains { pairs[$0].carries }
  }

  private func contents(_ pair: Pair) -> (JSONNode?, JSONNode?) {
    (pair.a.record?.stated, pair.b.record?.stated)
  }

  /// Where the two say what they stand for; where they do it in different members, that of `a`.
  private func contentPointer(_ pair: Pair) -> String {
    for member in ["content", "manifest", "unrecorded"] as [StaticString]
    where pair.a.record?[member] != nil {
      return "/\(member)"
    }
    return ""
  }
}

extension JSONNode {
  /// The descriptor, or the digest of a record elsewhere, that an input, model or output stands for.
  fileprivate var stated: JSONNode? { self["content"] ?? self["manifest"] ?? self["unrecorded"] }
}
