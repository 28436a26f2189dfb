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
      // Warnings, while reads and commits go on.
      reasons += services.witnesses?.warnings ?? []
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
      text(
        CommitMetrics.text(services.committer.counters) + services.verdicts.text
          + (services.witnesses.map(WitnessMetrics.text) ?? "")
          + (services.lineageStanding.map { LineageMetrics.text($0()) } ?? "")
          + LineageMetrics.text(await services.edgeProgress())
          + RebuildMetrics.text(try? await services.rebuilds.storage.backlog()),
        mediaType: "text/plain; version=0.0.4; charset=utf-8")
    },
  ]

  private static func text(
    _ text: String, mediaType: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(
      status: .ok, headers: [.contentType: mediaType, .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}
