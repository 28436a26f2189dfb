import Canonical
import StemmaCrypto
import TransparencyLog

/// A lineage as a page for a browser: a picture to move in, a search, and all that is known of each record.
///
/// One file that asks for nothing outside itself. Its policy names the digests of its own script and style, so
/// that nothing that a record holds can run. The parts are in Resources, as what they are.
package enum LineagePage {
  /// The page with a lineage in it, for a file.
  package static func file(_ lineage: LineageGraph) -> [UInt8] {
    let graph = GraphIndex(lineage)
    let root = graph.node(lineage.root).map { NodeTitle(of: $0, in: graph).text } ?? "Lineage"
    return fill([
      "title": HTMLText.escaped(root),
      "policy": policy,
      "style": style,
      "script": script,
      "data": HTMLText.escaped(json: lineage.titledJSON),
      "list": list(of: graph),
    ])
  }

  /// The page without data: it asks for a key, and then the service for the lineage that its address names.
  package static let shell: [UInt8] = fill([
    "title": "Lineage",
    "policy": servedPolicy,
    "style": style,
    "script": script,
    "data": "",
    "list": "<p>This page needs its script. Without one: stemma lineage --output tree DIGEST.</p>",
  ])

  /// `Content-Security-Policy` of a page that may ask the service that it came from. A header has to add
  /// `frame-ancestors`, which browsers take from no other place.
  package static let servedPolicy = policy + "; connect-src 'self'"

  private static let policy = """
    default-src 'none'; script-src 'sha256-\(digest(script))'; \
    style-src 'sha256-\(digest(style))'; img-src data:; base-uri 'none'; form-action 'none'
    """

  private static let style = text(PackageResources.page_css)

  /// One script: in strict mode, and with no name that the page's elements could stand for.
  private static let script =
    "(() => {\n\"use strict\";\n"
    + [
      PackageResources.elements_js, PackageResources.model_js, PackageResources.layout_js,
      PackageResources.picture_js, PackageResources.camera_js, PackageResources.panel_js,
      PackageResources.search_js, PackageResources.page_js, PackageResources.service_js,
    ].map(text).joined() + "})();\n"

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func digest(_ text: String) -> String {
    Base64.encode(SHA256.digest(of: Array(text.utf8)).bytes)
  }

  /// Puts values where the template has `{{name}}`. What is put in is not looked at again.
  private static func fill(_ values: [String: String]) -> [UInt8] {
    var page = ""
    for (place, part) in text(PackageResources.page_html).split(separator: "{{").enumerated() {
      guard place > 0 else {
        page += part
        continue
      }
      let halves = part.split(separator: "}}", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2, let value = values[String(halves[0])] else {
        preconditionFailure("the page's template wants \(halves[0])")
      }
      page += value + halves[1]
    }
    return Array(page.utf8)
  }

  /// What is shown where no script runs.
  private static func list(of graph: GraphIndex) -> String {
    let head = "<tr><th>Level<th>Index<th>Record<th>Digest<th>Committed</tr>"
    let rows = graph.graph.nodes.map { node in
      let title = NodeTitle(of: node, in: graph)
      let marks = title.marks.isEmpty ? "" : " [\(title.marks.text)]"
      let cells = [
        node.distance.map(String.init) ?? "", String(node.index), title.text + marks,
        node.digest.description, Amounts.time(node.committedAt),
      ]
      return "<tr>" + cells.map { "<td>" + HTMLText.escaped($0) }.joined() + "</tr>"
    }
    return "<table>\n" + ([head] + rows).joined(separator: "\n") + "\n</table>"
  }
}
