import ArgumentParser
import Canonical
import Lineage
import NIOHTTP1
import Records
import StemmaCrypto

struct ViewsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "views",
    abstract: "How the outputs of a view compare, by device class, and whether it still stands.",
    discussion: """
      An output stands for its view. Each row of a comparison shows where a statistic lay between a millionth of its \
      limit and a hundred times that: `o` for one verdict, `O` for more, `|` for the limit.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, json, svg, html
  }

  @OptionGroup var server: ServerOptions
  @OptionGroup var snapshot: SnapshotOption

  @Option(help: "table, json, or a picture of the spread: svg, html.")
  var output = Format.table

  @Argument(help: "\(Subject.spelling)")
  var subject: Subject

  func run() async throws {
    let client = try StemmaClient(server)
    let digest = try await subject.resolve(client, at: snapshot.at)
    let query = QueryString([("at", snapshot.at)]).text
    var found = try await client.sendIfFound("views/\(digest)" + query)
    if found == nil, let view = try await Self.view(of: digest, client) {
      found = try await client.send(.GET, "views/\(view)" + query)
    }
    guard let answer = found else {
      throw CommandFailure.found("not_found: \(subject.text) is no view and no output of one here")
    }
    switch output {
    case .json: Terminal.write(answer.body + [0x0A])
    case .table: Terminal.write(Array(ViewText(try answer.json(), Terminal.style).text.utf8))
    case .svg: Terminal.print(ViewPicture(try answer.json()).svg)
    case .html: Terminal.write(Array(ViewPicture(try answer.json()).html.utf8))
    }
  }

  /// The view of an output; nil for every other record.
  private static func view(of digest: Digest, _ client: StemmaClient) async throws -> Digest? {
    let record = try await client.sendIfFound("records/\(digest)")?.json()
    return record?["kind"]?.isText("output") == true ? record?["view"]?.digest : nil
  }
}
