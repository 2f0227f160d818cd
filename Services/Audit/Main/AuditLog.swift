// The log as the program opens it: checked first, then ready to take entries in and to publish.

import AuditHandlers
import AuditRules
import AuditStore
import Boot
import Crypto
import Database
import Integrity

/// The open log.
struct AuditLog: Sendable {
  /// This process's number among the appenders.
  let appender: Int64
  private let lock: FolderLock
  let database: SQLDatabase
  let outbox: Outbox
  let serviceKeys: ServiceKeys
  let keys: MonthKeys
  let clocks: AuditClocks
  let board: OriginBoard
  let intake: Intake
  let publisher: LogPublisher

  /// - Throws: `LogFault.held` while another process appends; `LogFault.broken` when the log is not what it was: nothing is
  ///   served or taken in on top of that.
  init(_ environment: ServiceEnvironment) async throws {
    // Of two processes on one folder the second ends here; on one database, below.
    let path = environment.configuration.dataFolder
    try Files.makeFolder(path)
    guard let lock = try FolderLock(folder: path) else { throw LogFault.held(by: path) }
    self.lock = lock
    serviceKeys = try environment.openKeys()
    database = try await environment.openDatabase(
      schema: auditSchema, keys: serviceKeys, requiresAudit: false)
    guard let outbox = database.outbox else {
      throw ConfigurationError.malformed(path: "audit", detail: "the database has no outbox")
    }
    self.outbox = outbox
    let folder = DurableFolder(path: path + "/log")
    clocks = AuditClocks(civil: environment.clock.civil, real: environment.clock.real)
    keys = MonthKeys(keyring: serviceKeys.keyring, random: environment.random)
    let (holder, now) = (
      try environment.configuration.holder(file: "appender", random: environment.random),
      clocks.real()
    )
    appender = try await database.write { try $0.becomeAppender(holder: holder, at: now) }
    board = OriginBoard(try await database.read { try $0.origins() })
    let signer = try serviceKeys.logSigner()
    publisher = LogPublisher(
      database: database, folder: folder, signer: signer, board: board, appender: appender,
      witnesses: try environment.witnesses(of: signer.verifier), civil: clocks.civil)
    let inspection = LogInspection(
      database: database, folder: folder, verifier: signer.verifier)
    let (database, appender, clocks, publisher) = (database, appender, clocks, publisher)
    // A long log takes longer to check than a lease lasts.
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await Self.renewLease(of: appender, database, clocks) }
      group.addTask {
        try await inspection.run()
        try await inspection.repairFiles(with: publisher)
      }
      try await group.next()
      group.cancelAll()
    }
    let keys = keys
    try keys.prepareActs(at: now)
    // A stop between the note and the keys' destruction is made up for here.
    for month in try await database.read({ try $0.destroyedMonths() }) { try keys.destroy(month) }
    try await folder.write([LogFile.keys: Array(serviceKeys.keyListNote.encoded.utf8)])
    intake = Intake(
      database: database, keys: keys, board: board, appender: appender, grace: DisclosureGrace(),
      clocks: clocks)
  }
}

extension AuditLog {
  /// Says that this process is at work, until the task is cancelled.
  ///
  /// - Throws: `LogFault.fencedOff` when another has become the appender.
  func keepLease() async throws { try await Self.renewLease(of: appender, database, clocks) }

  /// Says that this process is not at work any more, so that the next need not wait, and closes the log.
  func close() async {
    let appender = appender
    // A database that is away lets the lease run out.
    try? await database.write { try $0.endLease(appender) }
    await database.close()
  }

  private static func renewLease(
    of appender: Int64, _ database: SQLDatabase, _ clocks: AuditClocks
  ) async throws {
    while true {
      try await Task.sleep(for: AppenderTerm().renewal)
      try await database.write { try $0.renewLease(appender, at: clocks.real()) }
    }
  }
}

extension DurableFolder: LogFolder {}
