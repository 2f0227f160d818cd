// swift-tools-version:6.2
// The targets of Weir. Which may import which is held by Tests/Architecture; the layout is told in README.md.

import PackageDescription

// MARK: - Settings

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  // Specialises generic functions across modules: without it `package` generics run through witness tables.
  .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

// MARK: - Kinds of targets

/// A library under Shared/.
func shared(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [])
  -> Target
{
  .target(
    name: name, dependencies: dependencies, path: "Shared/\(name)", exclude: exclude,
    swiftSettings: settings)
}

/// A C library of the system behind a module map.
func system(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(
    name: name, path: "Shared/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// One layer of a service: Rules, Store or Handlers.
func layer(_ service: String, _ layer: String, _ dependencies: [Target.Dependency]) -> Target {
  let isChecked = layer == "Rules" || layer == "Store"
  return .target(
    name: service + layer, dependencies: dependencies, path: "Services/\(service)/\(layer)",
    swiftSettings: settings + (isChecked ? [.strictMemorySafety()] : []))
}

/// The four targets that every service has, all of one shape.
func service(
  _ name: String, handlers: [Target.Dependency] = []
) -> [Target] {
  [
    layer(name, "Rules", ["Regulation", "Vocabulary"]),
    layer(
      name, "Store",
      [.target(name: name + "Rules"), "Regulation", "Vocabulary", "Database", "Integrity"]),
    layer(
      name, "Handlers",
      [
        .target(name: name + "Store"), .target(name: name + "Rules"), "Regulation", "Vocabulary",
        "Contracts", "RPC",
        "Access", "Crypto", "Integrity", "Database", "Telemetry", "Threads",
      ] + handlers),
    .executableTarget(
      name: "weir-" + name.lowercased(),
      dependencies: [
        .target(name: name + "Handlers"), .target(name: name + "Store"),
        .target(name: name + "Rules"), "Boot",
        "Contracts", "RPC", "Access", "Crypto", "Integrity", "Database", "Regulation", "Telemetry",
        "Vocabulary",
      ] + handlers,
      path: "Services/\(name)/Main", swiftSettings: settings),
  ]
}

func test(
  _ name: String, _ path: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(path)",
    exclude: exclude,
    swiftSettings: settings)
}

// MARK: - The package

/// What make test-tsan links into every program and into the tests.
let forThreads: [Target.Dependency] =
  Context.environment["WEIR_SANITIZE"] == "thread" ? ["CSanitizers"] : []

let sharedTargets: [Target] = [
  system("CNGHTTP2", pkgConfig: "libnghttp2", apt: "libnghttp2-dev"),
  system("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
  system("CLibpq", pkgConfig: "libpq", apt: "libpq-dev"),
  system("CProtobufC", pkgConfig: "libprotobuf-c", apt: "libprotobuf-c-dev"),
  system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
  .systemLibrary(name: "CLinux", path: "Shared/CLinux"),
  // The interface alone, from libp11-kit-dev; an operator's module is loaded where one is configured.
  .systemLibrary(name: "CPKCS11", path: "Shared/CPKCS11"),
  .target(
    name: "CContracts", dependencies: ["CProtobufC"], path: "Shared/CContracts",
    cSettings: [.unsafeFlags(["-w"])]),
  .target(
    name: "CDescriptors", dependencies: ["CProtobufC"], path: "Shared/CDescriptors",
    cSettings: [.unsafeFlags(["-w"])]),
  shared("Vocabulary", forThreads),
  shared("Regulation", ["Vocabulary"]),
  shared("Spreadsheet", ["CZlib", "Vocabulary"]),
  shared("Threads", ["CLinux"]),
  shared("Crypto", ["COpenSSL", "CPKCS11", "Vocabulary"]),
  shared("Integrity", ["Crypto", "Vocabulary"]),
  shared("Telemetry", ["Vocabulary", logging, metrics]),
  shared("RPC", ["CNGHTTP2", "COpenSSL", "CZlib", "CLinux", "Crypto", "Telemetry", "Threads"]),
  shared("Access", ["RPC", "Crypto", "Integrity", "Vocabulary"]),
  shared("Contracts", ["CContracts", "CProtobufC", "RPC", "Access", "Vocabulary"]),
  shared(
    "Database", [grdb, sqlite, "CLibpq", "CLinux", "Crypto", "Integrity", "Threads", "Vocabulary"]),
  shared(
    "Boot",
    [
      "Access", "Contracts", "Crypto", "Database", "Integrity", "RPC", "Regulation", "Telemetry",
      "Threads", "Vocabulary", "CLinux",
      yams, logging, metrics,
    ]),
  .executableTarget(
    name: "protoc-gen-weir", dependencies: ["CDescriptors", "CProtobufC", "Vocabulary"],
    path: "Shared/ProtocPlugin",
    swiftSettings: settings),
]

let serviceTargets: [Target] =
  service("Catalog")
  + service("Ingest", handlers: ["IngestIndex", "IngestFormats"])
  + service("Share")
  + service("Feedback")
  + service("Audit")
  + service("Gateway")
  + [
    layer("Ingest", "Formats", ["Vocabulary", "IngestRules"]),
    layer("Ingest", "Index", ["Vocabulary", "Crypto", "CLinux"]),
    layer("Catalog", "Exchange", ["Vocabulary", "CatalogRules", "Contracts", "Spreadsheet"]),
  ]

let programTargets: [Target] = [
  .target(
    name: "Synth", dependencies: ["Vocabulary", "Regulation", "IngestFormats"],
    path: "Services/CLI/Synth",
    swiftSettings: settings),
  .target(
    name: "WeirCLI",
    dependencies: [
      "Synth", "IngestFormats", "CatalogExchange", "Spreadsheet", "Boot", "Access", "Contracts",
      "Crypto", "Integrity", "RPC", "Regulation", "Telemetry", "Vocabulary", "CLinux", yams,
      argumentParser,
    ], path: "Services/CLI/Commands", swiftSettings: settings),
  .executableTarget(
    name: "weir", dependencies: ["WeirCLI"], path: "Services/CLI/Main", swiftSettings: settings),
]

let everything: [Target.Dependency] = [
  "Vocabulary", "Regulation", "Crypto", "Integrity", "Access", "Database", "RPC", "Contracts",
  "Telemetry", "Threads", "Boot",
]

/// The fuzz targets: a test suite over their corpus, or the program of `make fuzz`, which libFuzzer gives its main.
let fuzzed: [Target.Dependency] = [
  "RPC", "Contracts", "Access", "Crypto", "Integrity", "IngestFormats", "Vocabulary", "CNGHTTP2",
]
let fuzzTarget: Target =
  Context.environment["WEIR_FUZZ"] == nil
  ? test("FuzzTests", "Fuzz", fuzzed, exclude: ["Entry", "Corpus"])
  : .executableTarget(
    name: "weir-fuzz", dependencies: fuzzed, path: "Tests/Fuzz",
    exclude: ["FuzzTests.swift", "Corpus"],
    swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])])

let testTargets: [Target] = [
  .target(name: "CSanitizers", path: "Tests/Sanitizers"),
  .target(
    name: "TestSupport", dependencies: everything + ["CLinux"], path: "Tests/Support",
    exclude: ["CrashProbe", "FaultProbe"], swiftSettings: settings),
  .executableTarget(
    name: "database-crash-probe", dependencies: ["Database", "Crypto", "Integrity", "Vocabulary"],
    path: "Tests/Support/CrashProbe", swiftSettings: settings),
  .executableTarget(
    name: "syscall-fault-probe",
    dependencies: [
      "Database", "Crypto", "Integrity", "Vocabulary", "Boot", "Access", "Contracts", "RPC",
      "AuditRules", "AuditStore", "AuditHandlers", "IngestStore", "IngestHandlers",
    ],
    path: "Tests/Support/FaultProbe", swiftSettings: settings),
  .target(name: "SourceReading", path: "Tests/Reading", swiftSettings: settings),
  .target(
    name: "Obligations", dependencies: ["SourceReading", yams], path: "Tests/Obligations",
    exclude: ["Main", "README.md", "floor.yaml"], swiftSettings: settings),
  .executableTarget(
    name: "weir-obligations", dependencies: ["Obligations", "SourceReading"],
    path: "Tests/Obligations/Main", swiftSettings: settings),
  test("ArchitectureTests", "Architecture", ["Obligations", "SourceReading"]),
  test("VocabularyTests", "Shared/Vocabulary", ["Vocabulary"]),
  test(
    "RegulationTests", "Shared/Regulation", ["Regulation", "Vocabulary", "Boot"],
    exclude: ["python"]),
  test("CryptoTests", "Shared/Crypto", ["Crypto", "Vocabulary"]),
  test("IntegrityTests", "Shared/Integrity", ["Integrity", "Crypto", "Vocabulary"]),
  test("DatabaseTests", "Shared/Database", ["Database", "Crypto", "Integrity", "Vocabulary"]),
  test("ThreadsTests", "Shared/Threads", ["Threads"]),
  test(
    "SpreadsheetTests", "Shared/Spreadsheet", ["Spreadsheet", "Vocabulary"], exclude: ["python"]),
  test(
    "RPCTests", "Shared/RPC", ["RPC", "Crypto", "Telemetry", "Threads", "COpenSSL"],
    exclude: ["python", "peers"]),
  test(
    "ContractsTests", "Shared/Contracts", ["Contracts", "RPC", "Access", "Vocabulary"],
    exclude: ["Oracle"]),
  test(
    "TelemetryTests", "Shared/Telemetry", ["Telemetry", "Vocabulary", logging, metrics]),
  test(
    "AccessTests", "Shared/Access",
    ["Access", "Contracts", "Crypto", "Integrity", "RPC", "Vocabulary"]),
  test("BootTests", "Shared/Boot", everything),
  fuzzTarget,
  test(
    "CatalogTests", "Services/Catalog",
    everything + [
      "CatalogRules", "CatalogStore", "CatalogHandlers", "CatalogExchange", "Spreadsheet",
    ], exclude: ["python"]),
  test(
    "IngestTests", "Services/Ingest",
    everything + [
      "IngestRules", "IngestStore", "IngestHandlers", "IngestFormats", "IngestIndex", "Synth",
    ]),
  test("ShareTests", "Services/Share", everything + ["ShareRules", "ShareStore", "ShareHandlers"]),
  test(
    "FeedbackTests", "Services/Feedback",
    everything + ["FeedbackRules", "FeedbackStore", "FeedbackHandlers"]),
  test(
    "AuditTests", "Services/Audit",
    everything + ["AuditRules", "AuditStore", "AuditHandlers", logging], exclude: ["python"]),
  test(
    "GatewayTests", "Services/Gateway",
    everything + ["GatewayRules", "GatewayStore", "GatewayHandlers"], exclude: ["python"]),
  test("CLITests", "Services/CLI", everything + ["WeirCLI", "Synth", "IngestFormats"]),
  // The authorizer twice: the rules of all services that judge a call, which only this one may see side by side.
  test(
    "AuthorizationTests", "Authorization",
    everything + [
      "GatewayRules", "GatewayHandlers", "CatalogRules", "ShareRules", "ShareHandlers",
      "IngestRules", "IngestHandlers",
    ]),
  test(
    "EndToEndTests", "EndToEnd", everything + ["WeirCLI", "Synth", "IngestFormats"],
    exclude: ["python"]),
  .executableTarget(
    name: "weir-bench",
    dependencies: everything + [
      "Synth", "IngestIndex", "IngestFormats", "IngestRules", "AuditRules", "AuditStore",
      "AuditHandlers", "CatalogRules", "CatalogStore", argumentParser,
    ],
    path: "Tests/Benchmarks", exclude: ["peers"], swiftSettings: settings),
]

let package = Package(
  name: "weir",
  products: [
    "weir", "weir-gateway", "weir-catalog", "weir-ingest", "weir-share", "weir-feedback",
    "weir-audit",
  ]
  .map { .executable(name: $0, targets: [$0]) },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: sharedTargets + serviceTargets + programTargets + testTargets
)
