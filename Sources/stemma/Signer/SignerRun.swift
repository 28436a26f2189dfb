import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Signer
import SignerService
import UnixSignals

/// One run of the signer's process: listens until a signal, or until the signer stops.
struct SignerRun {
  /// How servers come in.
  enum Way {
    case socket(String)
    case network(ListenAddress, SignerTLS)
  }

  let signer: FileSigner
  let way: Way

  /// Returns after a signal, when what was asked has been answered.
  /// - Throws: `.unavailable` where it cannot listen, `.stopped`.
  func run() async throws(SignerError) {
    signal(SIGPIPE, SIG_IGN)
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    let group = ServiceGroup(
      configuration: .init(
        services: [
          // Whoever asked last is still answered.
          .init(
            service: StopWatch(stops: stops), successTerminationBehavior: .gracefullyShutdownGroup),
          .init(service: try application { stop.yield() }),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    do {
      try await group.run()
    } catch {
      throw SignerError(.unavailable, "\(error)")
    }
    if let stopped = await signer.status().stopped { throw SignerError(.stopped, stopped) }
    logger.info("stopped")
  }

  private func application(
    onStop: @escaping @Sendable () -> Void
  ) throws(SignerError) -> some ApplicationProtocol {
    let (address, server) = try listening()
    let logger = logger
    return Application(
      responder: makeSignerResponder(signer, onStop: onStop), server: server,
      configuration: .init(address: address, serverName: "stemma-signer"),
      onServerRunning: { [way] channel in
        Terminal.print("listening on \(way.url(port: channel.localAddress?.port))")
      },
      eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
      logger: logger)
  }

  private func listening() throws(SignerError) -> (BindAddress, HTTPServerBuilder) {
    let http = HTTPServerBuilder.http1(configuration: .init(idleTimeout: .seconds(60)))
    switch way {
    case .socket(let path):
      // The socket has its mode, 0660, from the beginning. One that a killed process left is replaced.
      umask(0o117)
      return (.unixDomainSocket(path: path), http)
    case .network(let address, let tls):
      do {
        return (
          .hostname(address.host, port: address.port),
          try .tls(http, tlsConfiguration: tls.server)
        )
      } catch {
        throw SignerError(.unavailable, "TLS cannot be set up: \(error)")
      }
    }
  }

  private var logger: Logger {
    var logger = Logger(label: "stemma-signer") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = Environment.value("LOG_LEVEL").flatMap { Logger.Level(rawValue: $0) } ?? .info
    return logger
  }
}

extension SignerRun.Way {
  /// What `serve --signer` takes.
  fileprivate func url(port: Int?) -> String {
    switch self {
    case .socket(let path): "unix:\(path)"
    case .network(let address, _): "https://\(address.urlHost):\(port ?? address.port)"
    }
  }
}

/// Ends the process when the signer has stopped: a new start finds out what is durable.
private struct StopWatch: Service {
  let stops: AsyncStream<Void>

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in stops { return }
    }
  }
}
