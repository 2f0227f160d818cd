// The log as the program opens it: checked first, then ready to take entries in and to publish.

import AuditHandlers
import AuditRules
import AuditStore
import Boot
import Database
import Integrity

/// The open log.
struct AuditLog: Sendable {
  let database: SQLDatabase
  let outbox: Outbox
  let serviceKeys: ServiceKeys
  let keys: MonthKeys
  let clocks: AuditClocks
  let board: OriginBoard
  let intake: Intake
  let publisher: LogPublisher

  /// - Throws: `LogFault.broken` when the log is not what it was: nothing is served or taken in on top of that.
  init(_ environment: ServiceEnvironment) async throws {
    serviceKeys = try environment.openKeys()
    database = try await environment.openDatabase(
      schema: auditSchema, keys: serviceKeys, requiresAudit: false)
    guard let outbox = database.outbox else {
      throw ConfigurationError.malformed(path: "audit", detail: "the database has no outbox")
    }
    self.outbox = outbox
    let folder = DurableFolder(path: environment.configuration.dataFolder + "/log")
    clocks = AuditClocks(civil: environment.clock.civil, real: environment.clock.real)
    keys = MonthKeys(keyring: serviceKeys.keyring, random: environment.random)
    let appender = try await database.write { try $0.becomeAppender() }
    board = OriginBoard(try await database.read { try $0.origins() })
    let signer = try serviceKeys.logSigner()
    publisher = LogPublisher(
      database: database, folder: folder, signer: signer, board: board, appender: appender)
    let inspection = LogInspection(
      database: database, folder: folder, verifier: signer.verifier)
    try await inspection.run()
    try await inspection.repairFiles(with: publisher)
    try await folder.write([LogFile.keys: Array(serviceKeys.keyListNote.encoded.utf8)])
    intake = Intake(
      database: database, keys: keys, board: board, appender: appender, grace: DisclosureGrace(),
      clocks: clocks)
  }
}

extension DurableFolder: LogFolder {}
