package import Canonical

/// What one side says about its output: everything that judging needs beside the bytes.
///
/// In a store it is put together from the view, the output and its device; without one, `stemma judge`
/// reads it from a file.
package struct Declaration: Sendable, Equatable {
  /// The view's digest. Two sides that both name one must name the same.
  package var view: String?
  package var type: OutputType
  /// What the columns mean, in the caller's words; compared as bytes.
  package var schema: String?
  /// The *effective* compute types. Empty where nobody recorded them.
  package var dtypes: [ComputeType]
  package var device: Device?
  /// Where the evidence lies (a path for `stemma judge`), nil where none was stored.
  package var evidence: String?

  /// A device class with its share: another number of SMs reduces in another order, so a MIG slice is a
  /// class of its own.
  package struct Device: Sendable, Hashable {
    package let deviceClass: String
    /// `whole`, or `mig/1g.10gb/14`: mode, profile and SM count, as far as known.
    package let share: String

    package init(class deviceClass: String, share: String = "unknown") {
      self.deviceClass = deviceClass
      self.share = share
    }

    /// Both, as verdicts and envelopes are grouped by it.
    package var name: String { "\(deviceClass):\(share)" }
  }

  package init(
    view: String? = nil, type: OutputType, schema: String? = nil, dtypes: [ComputeType],
    device: Device? = nil, evidence: String? = nil
  ) {
    self.view = view
    self.type = type
    self.schema = schema
    self.dtypes = dtypes
    self.device = device
    self.evidence = evidence
  }

  /// Reads `{"type", "view"?, "schema"?, "dtypes"?: […], "device"?: {"class", "share"?: {"mode",
  /// "profile"?, "smCount"?}}, "evidence"?}`; other members are refused.
  package init(_ node: JSONNode) throws(JudgingError) {
    guard let type = node["type"]?.text.flatMap(OutputType.init(rawValue:)) else {
      let known = OutputType.allCases.map(\.rawValue).joined(separator: ", ")
      throw JudgingError(.declaration, "type: one of \(known) is needed")
    }
    self.init(type: type, dtypes: [])
    for (key, value) in node.members {
      switch key.text {
      case "type": break
      case "view": view = try Self.text(value, "view")
      case "schema": schema = try Self.text(value, "schema")
      case "evidence": evidence = try Self.text(value, "evidence")
      case "dtypes":
        dtypes = try Contract.names(value).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
          .map(ComputeType.init(named:))
      case "device": device = try Device(value)
      default: throw JudgingError(.declaration, "\(key.text ?? "") is not known")
      }
    }
  }

  fileprivate static func text(_ node: JSONNode, _ name: String) throws(JudgingError) -> String {
    guard let text = node.text else {
      throw JudgingError(.declaration, "\(name): a string is needed")
    }
    return text
  }
}

extension Declaration.Device {
  /// Reads `{"class", "share"?}`, the members of a `device` record that judging looks at; others may
  /// stand beside them.
  package init(_ node: JSONNode) throws(JudgingError) {
    guard let name = node["class"]?.text else {
      throw JudgingError(.declaration, "device.class: a string is needed")
    }
    guard let share = node["share"] else {
      self.init(class: name)
      return
    }
    guard let mode = share["mode"]?.text else {
      throw JudgingError(.declaration, "device.share.mode: a string is needed")
    }
    let parts = [mode, share["profile"]?.text, share["smCount"]?.integer.map { "\($0)" }]
    self.init(class: name, share: parts.compactMap(\.self).joined(separator: "/"))
  }
}
