// swift-tools-version: 6.3
import PackageDescription

/// One list of settings for every target: what the compiler can check, it checks.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "stemma",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "stemma", targets: ["stemma"]),
    .executable(name: "stemma-hook", targets: ["stemma-hook"]),
  ],
  dependencies: [
    // No traits: the default ones would link all of Foundation (45 MB) into the server.
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Doors to C: a module map and a shim, imported by one target each.
    .systemLibrary(
      name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(
      name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CProcess"),
    .systemLibrary(name: "CNVML"),
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    // Not `Crypto`: swift-crypto, far down in the graph, has a module of that name.
    .target(name: "StemmaCrypto", dependencies: ["COpenSSL"], swiftSettings: strict),
    .target(name: "Frames", dependencies: ["CLZ4"], swiftSettings: strict),
    .target(name: "Canonical", swiftSettings: strict),
    .target(
      name: "FileDigests", dependencies: ["Canonical", "StemmaCrypto"], swiftSettings: strict),
    // Opens the files that Judging compares.
    .target(
      name: "Payloads", dependencies: ["Canonical", "FileDigests", "Judging", "StemmaCrypto"],
      swiftSettings: strict),
    .target(name: "Records", dependencies: ["Canonical", "StemmaCrypto"], swiftSettings: strict),
    // Runs executors, in folders of their own, and makes records of what they left.
    .target(
      name: "Worker",
      dependencies: ["CProcess", "Canonical", "FileDigests", "Records", "StemmaCrypto"],
      swiftSettings: strict),
    // The tests behind a verdict.
    .target(name: "Judging", dependencies: ["Canonical", "StemmaCrypto"], swiftSettings: strict),
    // Walks over records, and what is made of them: needs no server.
    .target(
      name: "Lineage",
      dependencies: ["Canonical", "Judging", "Records", "StemmaCrypto", "TransparencyLog"],
      resources: [
        .embedInCode("Resources/page.html"),
        .embedInCode("Resources/page.css"),
        .embedInCode("Resources/elements.js"),
        .embedInCode("Resources/model.js"),
        .embedInCode("Resources/layout.js"),
        .embedInCode("Resources/picture.js"),
        .embedInCode("Resources/camera.js"),
        .embedInCode("Resources/panel.js"),
        .embedInCode("Resources/search.js"),
        .embedInCode("Resources/page.js"),
        .embedInCode("Resources/service.js"),
      ],
      swiftSettings: strict),
    .target(name: "TransparencyLog", dependencies: ["StemmaCrypto"], swiftSettings: strict),
    .target(
      name: "Store",
      dependencies: [
        "Canonical", "Judging", "Lineage", "StemmaCrypto", "Records", "TransparencyLog",
      ],
      swiftSettings: strict),
    // The references of a store in memory.
    .target(
      name: "LineageIndex", dependencies: ["Lineage", "Records", "Store"], swiftSettings: strict),
    .target(
      name: "Signer", dependencies: ["StemmaCrypto", "Store", "TransparencyLog"],
      swiftSettings: strict),
    // The signer's own process, and how a server talks to it.
    .target(
      name: "SignerService",
      dependencies: [
        "Canonical", "Signer", "StemmaCrypto", "Store", "TransparencyLog",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: strict),
    .target(name: "Postgres", dependencies: ["CLibPQ"], swiftSettings: strict),
    .target(name: "EmbeddedPostgres", swiftSettings: strict),
    .target(
      name: "Audit", dependencies: ["Canonical", "StemmaCrypto", "Records", "TransparencyLog"],
      swiftSettings: strict),
    // The one target beside PostgresStore with SQL: an audit of tables must not share the statements that
    // it audits. Apart from Audit, so that auditors of a server need no libpq.
    .target(
      name: "TableAudit",
      dependencies: [
        "Audit", "Canonical", "Frames", "Postgres", "Records", "StemmaCrypto", "TransparencyLog",
      ],
      swiftSettings: strict),
    .target(
      name: "PostgresStore",
      dependencies: [
        "StemmaCrypto", "Frames", "Lineage", "Postgres", "Records", "Store", "TransparencyLog",
      ],
      resources: [
        .embedInCode("../../migrations/0001_store.sql"),
        .embedInCode("../../migrations/0002_log.sql"),
        .embedInCode("../../migrations/0003_lineage.sql"),
        .embedInCode("../../migrations/0004_erased.sql"),
        .embedInCode("../../migrations/0005_rebuilds.sql"),
      ],
      swiftSettings: strict),
    .target(
      name: "HTTPAPI",
      dependencies: [
        "Canonical", "Judging", "Lineage", "StemmaCrypto", "Records", "Store", "TransparencyLog",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      resources: [.embedInCode("../../schemas/openapi.yaml")],
      swiftSettings: strict),
    // What accelerators a machine has and how much of each this process has got; no Foundation.
    .target(
      name: "DeviceProbe", dependencies: ["CNVML", "Canonical"],
      resources: [.embedInCode("../../schemas/device_classes.json")], swiftSettings: strict),
    .executableTarget(
      name: "stemma-hook", dependencies: ["Canonical", "DeviceProbe"], swiftSettings: strict),
    .executableTarget(
      name: "stemma",
      dependencies: [
        "Audit", "CMalloc", "Canonical", "StemmaCrypto", "EmbeddedPostgres", "FileDigests",
        "HTTPAPI", "Judging", "Lineage", "LineageIndex", "Payloads", "Postgres", "PostgresStore",
        "Records", "Signer", "SignerService", "Store", "TableAudit", "TransparencyLog", "Worker",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),
    // Measurements, not for users: no product of its own, and the only target with Foundation.
    .executableTarget(
      name: "stemma-bench",
      dependencies: [
        "Canonical", "FileDigests", "Judging", "Lineage", "LineageIndex", "Payloads", "Postgres",
        "PostgresStore",
        "Records", "SeededRandom", "StemmaCrypto", "Store", "TransparencyLog",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "tools/bench.d", exclude: ["Judging/scipy_reference.py"], swiftSettings: strict),

    // Random numbers that come again.
    .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: strict),
    // Drives a signer step by step, for the tests that break its system calls.
    .executableTarget(
      name: "signer-session", dependencies: ["Signer", "StemmaCrypto", "TransparencyLog"],
      path: "Tests/SignerSession", swiftSettings: strict),
    .testTarget(
      name: "SignerTests",
      dependencies: ["SeededRandom", "Signer", "StemmaCrypto", "TransparencyLog"],
      swiftSettings: strict),
    .testTarget(
      name: "SignerServiceTests",
      dependencies: [
        "Signer", "SignerService", "StemmaCrypto", "Store", "TransparencyLog",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: strict),
    // What the tests of the store and those of its database both need.
    .target(
      name: "StoreFixtures",
      dependencies: [
        "Canonical", "Lineage", "Records", "SeededRandom", "StemmaCrypto", "Store",
        "TransparencyLog",
      ],
      path: "Tests/StoreFixtures", swiftSettings: strict),
    .testTarget(
      name: "StoreTests",
      dependencies: [
        "Canonical", "Lineage", "Records", "Signer", "StemmaCrypto", "Store", "StoreFixtures",
        "TransparencyLog",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "PostgresStoreTests",
      dependencies: [
        "Audit", "Canonical", "EmbeddedPostgres", "Lineage", "Postgres", "PostgresStore", "Records",
        "Signer", "StemmaCrypto", "Store", "StoreFixtures", "TableAudit", "TransparencyLog",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CanonicalTests", dependencies: ["Canonical", "SeededRandom"], swiftSettings: strict),
    .testTarget(
      name: "RecordsTests", dependencies: ["Canonical", "Records", "StemmaCrypto"],
      swiftSettings: strict),
    .testTarget(
      name: "JudgingTests",
      dependencies: ["Canonical", "Judging", "Records", "SeededRandom", "StemmaCrypto"],
      exclude: ["reference.py"], resources: [.embedInCode("reference.json")],
      swiftSettings: strict),
    .testTarget(
      name: "CryptoTests", dependencies: ["StemmaCrypto"], swiftSettings: strict),
    .testTarget(
      name: "TransparencyLogTests", dependencies: ["StemmaCrypto", "TransparencyLog"],
      swiftSettings: strict),
    .testTarget(
      name: "AuditTests",
      dependencies: ["Audit", "Canonical", "Records", "StemmaCrypto", "TransparencyLog"],
      swiftSettings: strict),
    .testTarget(
      name: "FileDigestsTests", dependencies: ["Canonical", "FileDigests", "StemmaCrypto"],
      swiftSettings: strict),
    // What stands between a worker and an executor, for the tests: `stemma` has it as a hidden command.
    .executableTarget(
      name: "worker-guard", dependencies: ["Worker"], path: "Tests/WorkerGuard",
      swiftSettings: strict),
    .testTarget(
      name: "WorkerTests",
      dependencies: [
        "Canonical", "FileDigests", "Records", "StemmaCrypto", "Worker", "worker-guard",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "PayloadsTests", dependencies: ["FileDigests", "Judging", "Payloads", "SeededRandom"],
      swiftSettings: strict),
    .testTarget(
      name: "BenchTests",
      dependencies: ["Canonical", "Records", "SeededRandom", "StemmaCrypto", "stemma-bench"],
      swiftSettings: strict),
    .testTarget(
      name: "LineageTests",
      dependencies: [
        "Canonical", "Lineage", "Records", "SeededRandom", "StemmaCrypto", "TransparencyLog",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "LineageIndexTests",
      dependencies: ["Lineage", "LineageIndex", "Records", "Store", "StoreFixtures"],
      swiftSettings: strict),
    .testTarget(
      name: "DeviceProbeTests",
      dependencies: ["Canonical", "DeviceProbe", "Records", "StemmaCrypto", "stemma-hook"],
      swiftSettings: strict),
    .testTarget(name: "FramesTests", dependencies: ["Frames"], swiftSettings: strict),
  ]
)
