import ArgumentParser
import Postgres
import PostgresStore

struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Bring a PostgreSQL server's schema up to date (serve does so too).")

  @Option(help: "URL of the server. Better in STEMMA_DATABASE: arguments can be seen.")
  var database: String?

  func run() async throws {
    guard let conninfo = database ?? Environment.value("STEMMA_DATABASE") else {
      throw CommandFailure.usage("no server: set STEMMA_DATABASE or give --database")
    }
    let worker = PostgresWorker(conninfo: conninfo, label: "stemma-migrate")
    do throws(PostgresError) {
      let applied = try await worker.run(deadline: .in(.seconds(86_400))) {
        (connection, _) throws(PostgresError) in
        try Migrations.apply(to: &connection, deadline: .in(.seconds(86_400)))
      }
      Terminal.print(applied.isEmpty ? "up to date" : "applied \(applied)")
    } catch {
      throw CommandFailure.unavailable(error.message)
    }
  }
}
