// weir-audit --check: the log's store looked at instead of served, for `weir audit fsck`.

import AuditHandlers
import AuditStore
import Boot
import Crypto
import Database
import Foundation
import Integrity
import Vocabulary

/// `weir-audit --check --configuration FILE [--outbox FILE]…`: writes what was found as one line of JSON to standard output.
///
/// - Returns: 0 when the store is whole, 7 when evidence is broken, 6 while the log is in use, 1 when it cannot be looked at.
nonisolated func checkStore(_ arguments: [String]) async -> Int32 {
  func values(of flag: String) -> [String] {
    zip(arguments, arguments.dropFirst()).filter { $0.0 == flag }.map(\.1)
  }
  do {
    guard let path = values(of: "--configuration").first else { return 2 }
    guard
      let report = try await report(
        try ServiceConfiguration.load(path: path),
        try values(of: "--outbox").map { try ServiceConfiguration.load(path: $0) })
    else { return 6 }
    let bytes = CanonicalJSON.encode(report.json) + [UInt8(ascii: "\n")]
    FileHandle.standardOutput.write(Data(bytes))
    return report.isBroken ? 7 : 0
  } catch {
    FileHandle.standardError.write(Data("weir-audit: \(error)\n".utf8))
    return 1
  }
}

/// - Returns: `nil` while a process works on this log.
private nonisolated func report(
  _ configuration: ServiceConfiguration, _ others: [ServiceConfiguration]
) async throws -> StoreReport? {
  let path = configuration.dataFolder
  // A lock is a file: none is made where there is no store.
  guard Files.exists(path) else {
    throw ConfigurationError.unreadable(path: path, reason: "no such folder")
  }
  guard let lock = try FolderLock(folder: path) else { return nil }
  defer { lock.release() }
  let random = SystemRandom()
  let own = try ServiceKeys(configuration, random: random, creates: false)
  let clock = WallClock.system(demo: configuration.demo).real
  let database = try await SQLDatabase.openToInspect(configuration.databaseLocation, now: clock)
  // A file that is damaged where this stands is told of by the check.
  if (try? await database.read({ try $0.isHeld(at: clock()) })) == true,
    configuration.postgres != nil
  {
    return nil
  }
  var outboxes = [OutboxSource(service: configuration.service, database: .success(database))]
  for other in others where other.service != configuration.service {
    let opened: Result<SQLDatabase, any Error>
    do {
      opened = .success(
        try await SQLDatabase.openToInspect(other.databaseLocation, now: clock))
    } catch {
      opened = .failure(error)
    }
    outboxes.append(OutboxSource(service: other.service, database: opened))
  }
  let policy = try configuration.witnesses.map {
    try WitnessPolicy(text: String(decoding: try readBytes($0.policy), as: UTF8.self))
  }
  let check = StoreCheck(
    database: database, folder: DurableFolder(path: path + "/log"),
    keys: MonthKeys(keyring: own.keyring, random: random), root: own.root,
    log: try own.logSigner().verifier, keyList: own.keyList, policy: policy, outboxes: outboxes)
  let report = await check.run()
  for source in outboxes { await (try? source.database.get())?.close() }
  return report
}

extension StoreReport {
  fileprivate var json: JSONValue {
    .object([
      "entries": .integer(Int64(clamping: entries)),
      "published": .integer(Int64(clamping: published)),
      "parts": .array(
        parts.map { part in
          .object([
            "part": .string(part.part.rawValue), "title": .string(part.part.title.english),
            "title_zh": .string(part.part.title.chinese),
            "looked_at": .integer(Int64(clamping: part.lookedAt)),
            "found": .integer(Int64(part.found)),
            "findings": .array(part.findings.map(\.json)),
          ])
        }),
    ])
  }
}

extension StoreFinding {
  fileprivate var json: JSONValue {
    .object([
      "code": .string(code), "mended": .bool(isMended), "sentence": .string(sentence.english),
      "sentence_zh": .string(sentence.chinese),
    ])
  }
}
