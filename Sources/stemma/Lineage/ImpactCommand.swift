import ArgumentParser
import Canonical
import Lineage
import NIOHTTP1
import StemmaCrypto

struct ImpactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "impact",
    abstract: "Count everything that rests on a record, by kind, view and device class.",
    discussion: """
      What to look at when a dataset is withdrawn. The outputs themselves: \
      `stemma lineage --down --kind output SUBJECT`.
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var snapshot: SnapshotOption

  @Option(help: "table or json.")
  var output = OutputFormat.table

  @Argument(help: "\(Subject.spelling)")
  var subject: Subject

  func run() async throws {
    let client = try StemmaClient(server)
    let digest = try await subject.resolve(client, at: snapshot.at)
    let answer = try await client.send(
      .GET, "impact/\(digest)" + QueryString([("at", snapshot.at)]).text)
    guard output == .table else { return Terminal.write(answer.body + [0x0A]) }
    Self.print(try answer.json())
  }

  private static func print(_ impact: JSONNode) {
    let root = impact["root"]
    let subject = "\(root?["kind"]?.text ?? "?") \(root?["digest"]?.text ?? "?")"
    Terminal.print("\(PlainText.line(subject)), up to index \(number("at", impact))")
    Terminal.print("\(Amounts.count(number("total", impact), "record")) rest on it")
    for kind in impact["kinds"]?.elements.map(\.self) ?? [] {
      row(number("count", kind), PlainText.line(kind["kind"]?.text ?? "?"))
    }
    section("Views, by their outputs", impact["views"], more: number("moreViews", impact)) { view in
      row(
        number("outputs", view),
        "\(PlainText.line(view["output"]?.text ?? "erased"))  \(PlainText.line(view["digest"]?.text ?? "?"))"
      )
    }
    section("Device classes, by the outputs that used them", impact["devices"], more: 0) { device in
      let share = device["share"]
      let how = [share?["mode"]?.text, share?["profile"]?.text].compactMap(\.self)
      let name = device["class"]?.text ?? "erased"
      row(
        number("outputs", device),
        PlainText.line(how.isEmpty ? name : "\(name) (\(how.joined(separator: " ")))"))
    }
    section("Names that point at it", impact["names"], more: number("moreNames", impact)) { name in
      let (called, target) = (name["name"]?.text ?? "?", name["target"]?.text ?? "?")
      Terminal.print("  " + PlainText.line("\(called)  \(target)", limit: 4096))
    }
    let truncation = Truncation(
      names: impact["truncatedBy"]?.elements.map { $0.text ?? "" } ?? [])
    for reason in truncation?.explanations ?? [] { Terminal.print("\nNot all is here: \(reason).") }
  }

  private static func section(
    _ heading: String, _ list: JSONNode?, more: Int64, _ line: (JSONNode) -> Void
  ) {
    guard let list, list.count > 0 else { return }
    Terminal.print("\n\(heading)")
    for element in list.elements { line(element) }
    if more > 0 { Terminal.print("  and \(more) more") }
  }

  private static func row(_ count: Int64, _ text: String) {
    let digits = String(count)
    Terminal.print(
      "  \(String(repeating: " ", count: max(0, 8 - digits.count)))\(digits)  \(text)")
  }

  private static func number(_ name: StaticString, _ node: JSONNode) -> Int64 {
    node[name]?.integer ?? 0
  }
}
