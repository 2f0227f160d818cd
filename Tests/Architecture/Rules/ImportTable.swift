// Who may import whom. This is the table of the architecture; Package.swift and the sources are held to it.

import SourceReading

/// What one target may stand on.
struct ImportRow {
  /// Modules of this package and of its few dependencies.
  let modules: Set<String>
  /// Modules of the toolchain: Foundation and the like.
  let toolchain: Set<String>
}

/// `Main → Handlers → Store → Rules → Regulation → Vocabulary`, and nothing runs back.
enum ImportTable {
  static let services = ["Catalog", "Ingest", "Share", "Feedback", "Audit", "Gateway"]

  /// Pure targets: values in, values out. No Foundation, no clock, no lock, no I/O.
  private static let pure: Set<String> = []
  /// Everyone else may use these.
  private static let common: Set<String> = [
    "Foundation", "FoundationEssentials", "Synchronization",
  ]
  /// Those that stand on C, too.
  private static let system: Set<String> = common.union(["Glibc"])
  /// What tests may use besides.
  private static let testing: Set<String> = system.union([
    "Testing", "Dispatch", "FoundationNetworking",
  ])

  /// Every target of the package has exactly one row.
  static let rows: [String: ImportRow] = {
    var rows = shared
    for service in services { rows.merge(layers(of: service)) { first, _ in first } }
    rows.merge(programs) { first, _ in first }
    rows.merge(tests) { first, _ in first }
    return rows
  }()

  private static func row(_ modules: [String], _ toolchain: Set<String>) -> ImportRow {
    ImportRow(modules: Set(modules), toolchain: toolchain)
  }

  // MARK: Shared

  private static let shared: [String: ImportRow] = [
    "CNGHTTP2": row([], pure),
    "COpenSSL": row([], pure),
    "CLibpq": row([], pure),
    "CProtobufC": row([], pure),
    "CZlib": row([], pure),
    "CLinux": row([], pure),
    "CPKCS11": row([], pure),
    "CContracts": row(["CProtobufC"], pure),
    "CDescriptors": row(["CProtobufC"], pure),
    "Vocabulary": row([], pure),
    "Regulation": row(["Vocabulary"], pure),
    "Spreadsheet": row(["CZlib", "Vocabulary"], common),
    "Threads": row(["CLinux"], system),
    "Crypto": row(["COpenSSL", "CPKCS11", "Vocabulary"], system),
    "Integrity": row(["Crypto", "Vocabulary"], common),
    "Telemetry": row(
      ["Vocabulary", "Logging", "Metrics", "CoreMetrics"], common.union(["Dispatch"])),
    "RPC": row(
      ["CNGHTTP2", "COpenSSL", "CZlib", "CLinux", "Crypto", "Telemetry", "Threads"], system),
    "Access": row(["RPC", "Crypto", "Integrity", "Vocabulary"], common),
    "Contracts": row(["CContracts", "CProtobufC", "RPC", "Access", "Vocabulary"], system),
    "Database": row(
      ["GRDB", "GRDBSQLite", "CLibpq", "CLinux", "Crypto", "Integrity", "Threads", "Vocabulary"],
      system),
    "Boot": row(
      [
        "Access", "Contracts", "Crypto", "Database", "Integrity", "RPC", "Regulation", "Telemetry",
        "Threads", "Vocabulary", "CLinux", "Yams", "Logging", "Metrics", "CoreMetrics",
      ], system),
    "protoc-gen-weir": row(["CDescriptors", "CProtobufC", "Vocabulary"], system),
  ]

  // MARK: Services

  private static func layers(of service: String) -> [String: ImportRow] {
    var handlers = [
      service + "Store", service + "Rules", "Regulation", "Vocabulary", "Contracts", "RPC",
      "Access", "Crypto", "Integrity", "Database", "Telemetry", "Threads",
    ]
    if service == "Ingest" { handlers += ["IngestIndex", "IngestFormats"] }
    return [
      service + "Rules": row(["Regulation", "Vocabulary"], pure),
      service + "Store": row(
        [service + "Rules", "Regulation", "Vocabulary", "Database", "Integrity"], common),
      service + "Handlers": row(handlers, common),
      // A main wires: it names what the parts are made of, and does nothing with it.
      "weir-" + service.lowercased(): row(handlers + [service + "Handlers", "Boot"], common),
    ]
  }

  // MARK: Programs

  private static let programs: [String: ImportRow] = [
    "IngestFormats": row(["Vocabulary", "IngestRules"], common),
    "IngestIndex": row(["Vocabulary", "Crypto", "CLinux"], system),
    // Files that people fill in, as entries of the contract and back: what the program does before it calls.
    "CatalogExchange": row(["Vocabulary", "CatalogRules", "Contracts", "Spreadsheet"], common),
    // Writing and cutting files needs the encodings and the cutter that reading them has.
    "Synth": row(["Vocabulary", "Regulation", "IngestFormats"], common),
    "WeirCLI": row(
      [
        "Synth", "IngestFormats", "CatalogExchange", "Spreadsheet", "Boot", "Access", "Contracts",
        "Crypto", "Integrity", "RPC", "Regulation", "Telemetry", "Vocabulary", "CLinux", "Yams",
        "ArgumentParser",
      ], system),
    "weir": row(["WeirCLI"], common),
    "weir-bench": row(
      everything + [
        "Synth", "IngestIndex", "IngestFormats", "IngestRules", "AuditRules", "AuditStore",
        "AuditHandlers", "CatalogRules", "CatalogStore", "ArgumentParser",
      ], system),
  ]

  // MARK: Tests

  private static let everything = [
    "Vocabulary", "Regulation", "Crypto", "Integrity", "Access", "Database", "RPC", "Contracts",
    "Telemetry", "Threads", "Boot",
  ]

  /// Tests see the shared modules and what they test, never the inside of a service that is not theirs.
  private static let tests: [String: ImportRow] = {
    let support = everything + ["TestSupport"]
    var rows: [String: ImportRow] = [
      "CSanitizers": row([], testing),
      "TestSupport": row(everything + ["CLinux"], testing),
      "database-crash-probe": row(["Database", "Crypto", "Integrity", "Vocabulary"], testing),
      "syscall-fault-probe": row(
        [
          "Database", "Crypto", "Integrity", "Vocabulary", "Boot", "Access", "Contracts", "RPC",
          "AuditRules", "AuditStore", "AuditHandlers", "IngestStore", "IngestHandlers",
        ], testing),
      "SourceReading": row([], testing),
      "Obligations": row(["SourceReading", "Yams"], testing),
      "weir-obligations": row(["SourceReading", "Obligations"], testing),
      "ArchitectureTests": row(["TestSupport", "SourceReading", "Obligations"], testing),
      "FuzzTests": row(support + ["IngestFormats", "CNGHTTP2"], testing),
      "CLITests": row(support + ["WeirCLI", "Synth", "IngestFormats"], testing),
      "EndToEndTests": row(support + ["WeirCLI", "Synth", "IngestFormats"], testing),
      // One call is judged by several services: here alone their rules meet, to be held to one reference.
      "AuthorizationTests": row(
        support + [
          "GatewayRules", "GatewayHandlers", "CatalogRules", "ShareRules", "ShareHandlers",
          "IngestRules", "IngestHandlers",
        ], testing),
    ]
    for name in everything { rows[name + "Tests"] = row(support, testing) }
    rows["SpreadsheetTests"] = row(["Spreadsheet", "Vocabulary", "TestSupport"], testing)
    rows["RPCTests"] = row(support + ["COpenSSL"], testing)
    rows["TelemetryTests"] = row(support + ["Logging", "Metrics", "CoreMetrics"], testing)
    for service in services {
      var own = support + ["Rules", "Store", "Handlers"].map { service + $0 }
      if service == "Audit" { own += ["Logging"] }
      if service == "Catalog" { own += ["CatalogExchange", "Spreadsheet"] }
      if service == "Ingest" { own += ["IngestFormats", "IngestIndex", "Synth"] }
      rows[service + "Tests"] = row(own, testing)
    }
    return rows
  }()
}

/// The imports of a file, read from its text: attributes, access and kind may stand around the name.
func imports(of file: SourceFile) -> [(module: String, line: Int)] {
  let access: Set<Substring> = ["package", "public", "internal", "private", "fileprivate"]
  let kinds: Set<Substring> = [
    "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
  ]
  return file.lines(with: "import").compactMap { number, code in
    var words = code.split { $0 == " " || $0 == "\t" || $0 == ";" }[...]
    while let first = words.first, first.hasPrefix("@") || access.contains(first) {
      words.removeFirst()
    }
    guard words.first == "import" else { return nil }
    words.removeFirst()
    if let first = words.first, kinds.contains(first) { words.removeFirst() }
    guard let name = words.first?.prefix(while: { $0 != "." }) else { return nil }
    return (String(name), number)
  }
}

/// Imports of one file that its target's row does not allow or that Package.swift does not declare.
func importViolations(
  in file: SourceFile, target: ManifestTarget, rows: [String: ImportRow] = ImportTable.rows
) -> [Violation] {
  guard let row = rows[target.name] else {
    return [Violation(path: file.path, line: 1, rule: "\(target.name) has no row in ImportTable")]
  }
  return imports(of: file).compactMap { module, line in
    if row.toolchain.contains(module) { return nil }
    guard row.modules.contains(module) else {
      return Violation(
        path: file.path, line: line,
        rule: "\(target.name) may not import \(module) (table in Tests/Architecture/Rules)")
    }
    guard target.modules.contains(module) else {
      return Violation(
        path: file.path, line: line,
        rule: "\(module) is imported but not declared for \(target.name) in Package.swift")
    }
    return nil
  }
}

/// Dependencies declared in Package.swift that the table does not allow.
func dependencyViolations(
  of target: ManifestTarget, rows: [String: ImportRow] = ImportTable.rows
) -> [Violation] {
  guard let row = rows[target.name] else {
    return [
      Violation(path: "Package.swift", line: 1, rule: "\(target.name) has no row in ImportTable")
    ]
  }
  return target.modules.subtracting(row.modules).sorted().map {
    Violation(
      path: "Package.swift", line: 1, rule: "\(target.name) may not depend on \($0) (ImportTable)")
  }
}
