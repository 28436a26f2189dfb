import ArgumentParser
import Canonical
import Lineage
import NIOHTTP1

struct StaleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stale",
    abstract: "Which views are stale, since when, and because of what.",
    discussion: """
      A view is stale when something that it rests on is retracted, or when a recipe that was this view leads to another \
      one now. Exit status: 1 where any is.
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var snapshot: SnapshotOption

  @Option(help: "table or json (one line a page).")
  var output = OutputFormat.table

  /// Large pages: each asks the whole graph again.
  private static let page = 100_000
  /// Up to as many have their names.
  private static let namedPage = 1000

  func run() async throws {
    let client = try StemmaClient(server)
    var (after, limit, isFirst): (Int64?, Int, Bool) = (nil, Self.namedPage, true)
    // All pages are of one snapshot.
    var at = snapshot.at
    var total: Int64 = 0
    repeat {
      let query = QueryString([
        ("at", at), ("limit", String(limit)), ("after", after.map(String.init)),
      ])
      let answer = try await client.send(.GET, "stale" + query.text)
      let page = try answer.json()
      if output == .json { Terminal.write(answer.body + [0x0A]) }
      if isFirst {
        (at, isFirst, total) = (
          page["at"]?.integer.map(String.init), false, page["total"]?.integer ?? 0
        )
        if output == .table { heading(page, total) }
      }
      if output == .table { rows(page) }
      (after, limit) = (page["next"]?.integer, Self.page)
    } while after != nil
    if total > 0 { throw ExitCode(1) }
  }

  private func heading(_ page: JSONNode, _ total: Int64) {
    let at = page["at"]?.integer ?? 0
    let verb = total == 1 ? "is" : "are"
    Terminal.print(
      total == 0
        ? "nothing is stale, up to index \(at)"
        : "\(Amounts.count(total, "view")) \(verb) stale, up to index \(at)")
    for retraction in page["retractions"]?.elements.map(\.self) ?? [] {
      Terminal.print("  \(retraction["index"]?.integer ?? -1)  \(ViewText.told(retraction))")
    }
  }

  private func rows(_ page: JSONNode) {
    var indices: [String: Int64] = [:]
    for retraction in page["retractions"]?.elements.map(\.self) ?? [] {
      indices[retraction["digest"]?.text ?? ""] = retraction["index"]?.integer
    }
    for view in page["views"]?.elements.map(\.self) ?? [] {
      let because = view["because"]
      let retractions =
        because?["restsOn"]?.elements.compactMap { $0.text.flatMap { indices[$0] } } ?? []
      let recipes = because?["recipes"]?.elements.flatMap { recipe in
        recipe["moves"]?.elements.compactMap { $0["name"]?.text }.map {
          "\(PlainText.line($0)) moved"
        } ?? []
      }
      let reasons = retractions.map(String.init) + (recipes ?? [])
      let name = view["output"]?.text.map { "  \(PlainText.line($0))" } ?? ""
      Terminal.print(
        "\(view["digest"]?.text ?? "?")  since \(view["since"]?.integer ?? -1)  (\(reasons.joined(separator: ", ")))\(name)"
      )
    }
  }
}
