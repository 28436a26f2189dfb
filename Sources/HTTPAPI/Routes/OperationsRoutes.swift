import Canonical
import HTTPTypes
import Hummingbird
import Store

/// Probes, metrics and the description of the API.
enum OperationsRoutes {
  static let all = [
    Route(.get, "/livez", .open) { _, _, _ in text("ok\n") },
    Route(.get, "/readyz", .open) { _, _, services in
      var (status, reasons) = services.health.current
      if status == .ready, let refusal = services.committer.refusal {
        (status, reasons) = (.readOnly, [refusal])
      }
      return Response(
        json: .object([
          ("status", .string(status.rawValue)),
          ("reasons", .array(reasons.map { .string($0) })),
        ]), status: status == .ready ? .ok : .serviceUnavailable)
    },
    Route(.get, "/openapi.yaml", .open) { _, _, _ in
      Response(
        status: .ok, headers: [.contentType: "application/yaml"],
        body: .init(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_yaml)))
    },
    Route(.get, "/metrics", .scope(.metrics)) { _, _, services in
      text(metrics(services), mediaType: "text/plain; version=0.0.4; charset=utf-8")
    },
  ]

  private static func text(
    _ text: String, mediaType: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(
      status: .ok, headers: [.contentType: mediaType, .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(string: text)))
  }

  /// Prometheus text exposition format 0.0.4.
  private static func metrics(_ services: APIServices) -> String {
    let counters = services.committer.counters
    let counts: [(name: String, type: String, help: String, value: Int)] = [
      ("batches_total", "counter", "Transactions of the group commit.", counters.batches),
      ("commits_total", "counter", "Commits answered, refused ones included.", counters.commits),
      ("records_total", "counter", "Records stored by this server.", counters.records),
      ("overloaded_total", "counter", "Commits turned away by a full queue.", counters.refused),
      (
        "failed_total", "counter",
        "Commits that failed at the database or the signer; those of unknown outcome may be stored.",
        counters.failed
      ),
      ("waiting", "gauge", "Commits waiting for a batch.", counters.waiting),
    ]
    return counts.map { metric in
      let name = "stemma_commit_\(metric.name)"
      return
        "# HELP \(name) \(metric.help)\n# TYPE \(name) \(metric.type)\n\(name) \(metric.value)\n"
    }.joined()
  }
}
