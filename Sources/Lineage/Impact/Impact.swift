package import Canonical
package import Records
package import StemmaCrypto

/// Everything that rests on a record, counted: what an auditor needs when a dataset is withdrawn.
package struct Impact: Sendable {
  package struct KindCount: Sendable {
    package let kind: Kind
    package let count: Int

    package init(kind: Kind, count: Int) {
      self.kind = kind
      self.count = count
    }
  }

  package struct View: Sendable {
    package let index: Int64
    package let digest: Digest
    /// Name of what it defines; nil where its body was erased.
    package let output: String?
    /// How many outputs it has.
    package let outputs: Int

    package init(index: Int64, digest: Digest, output: String?, outputs: Int) {
      self.index = index
      self.digest = digest
      self.output = output
      self.outputs = outputs
    }
  }

  package struct DeviceClass: Sendable {
    /// Nil for devices whose records were erased.
    package let name: String?
    /// How the device was shared, as the records say it.
    package let share: JSONNode?
    /// Outputs that used such a device: one with several counts for each class.
    package let outputs: Int

    package init(name: String?, share: JSONNode?, outputs: Int) {
      self.name = name
      self.share = share
      self.outputs = outputs
    }
  }

  /// A name that points at something that rests on the record, or at the record itself.
  package struct Name: Sendable {
    package let name: String
    package let target: Digest
    /// Index of the record that moved it there.
    package let index: Int64

    package init(name: String, target: Digest, index: Int64) {
      self.name = name
      self.target = target
      self.index = index
    }
  }

  package var root: LineageGraph.Node
  /// The newest index of the snapshot.
  package var at: Int64
  /// By kind number; the root does not count.
  package var kinds: [KindCount] = []
  /// Those with the most outputs first, then the newest.
  package var views: [View] = []
  /// Views that are not listed.
  package var moreViews = 0
  /// Those with the most outputs first.
  package var devices: [DeviceClass] = []
  /// The newest first.
  package var names: [Name] = []
  /// Names that are not listed.
  package var moreNames = 0
  package var truncation: Truncation = []

  package init(root: LineageGraph.Node, at: Int64) {
    self.root = root
    self.at = at
  }
}

extension Impact {
  /// The answer of `GET impact/{digest}`, as schemas/openapi.yaml has it.
  package var json: JSONValue {
    .object([
      ("root", root.json),
      ("at", .integer(at)),
      ("total", .integer(Int64(kinds.reduce(0) { $0 + $1.count }))),
      ("kinds", .array(kinds.map(\.json))),
      ("views", .array(views.map(\.json))),
      ("moreViews", .integer(Int64(moreViews))),
      ("devices", .array(devices.map(\.json))),
      ("names", .array(names.map(\.json))),
      ("moreNames", .integer(Int64(moreNames))),
      ("truncated", .bool(!truncation.isEmpty)),
      ("truncatedBy", .array(truncation.names.map(JSONValue.string))),
    ])
  }
}

extension Impact.KindCount {
  fileprivate var json: JSONValue {
    .object([("kind", .string(kind.name)), ("count", .integer(Int64(count)))])
  }
}

extension Impact.View {
  fileprivate var json: JSONValue {
    .object(present: [
      "index": .integer(index), "digest": .string(digest.description),
      "output": output.map(JSONValue.string), "outputs": .integer(Int64(outputs)),
    ])
  }
}

extension Impact.DeviceClass {
  fileprivate var json: JSONValue {
    .object(present: [
      "class": name.map(JSONValue.string), "share": share.map { .raw($0.canonicalBytes()) },
      "outputs": .integer(Int64(outputs)),
    ])
  }
}

extension Impact.Name {
  fileprivate var json: JSONValue {
    .object([
      ("name", .string(name)), ("target", .string(target.description)), ("index", .integer(index)),
    ])
  }
}
