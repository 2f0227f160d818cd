// Checking a log's store as it lies on disk, beyond what every start does: each part by itself, and all that is wrong with it.

import AuditRules
import AuditStore
package import Database
package import Integrity

/// A service's database with its outbox, opened to be looked at.
package struct OutboxSource: Sendable {
  package let service: String
  package let database: Result<SQLDatabase, any Error>

  package init(service: String, database: Result<SQLDatabase, any Error>) {
    self.service = service
    self.database = database
  }
}

/// Checks a log that nobody is writing. Reads all of it, shows no content, changes nothing.
package struct StoreCheck: Sendable {
  let database: SQLDatabase
  let folder: any LogFolder
  let keys: MonthKeys
  let keyList: KeyList
  private let root: NoteVerifier
  private let log: NoteVerifier
  private let policy: WitnessPolicy?
  private let outboxes: [OutboxSource]

  /// - Parameters:
  ///   - root: The evidence root, under which the published key list must be signed.
  ///   - log: The log's own key.
  ///   - keyList: Whose evidence keys are believed.
  ///   - policy: Which witnesses must have signed; `nil` where nobody must.
  package init(
    database: SQLDatabase, folder: any LogFolder, keys: MonthKeys, root: NoteVerifier,
    log: NoteVerifier, keyList: KeyList, policy: WitnessPolicy?, outboxes: [OutboxSource]
  ) {
    self.database = database
    self.folder = folder
    self.keys = keys
    self.root = root
    self.log = log
    self.keyList = keyList
    self.policy = policy
    self.outboxes = outboxes
  }

  /// Looks at everything. What cannot be read is a finding, too: this does not fail.
  package func run() async -> StoreReport {
    var parts: [PartReport] = []
    parts.append(
      await checking(.database) { report in
        try await database.checkIntegrity()
        report.lookedAt = 1
      })
    parts.append(
      await checking(.log) { report in
        report.lookedAt = try await LogInspection(
          database: database, folder: folder, verifier: log
        ).run()
        try await checkCoverage(&report)
      })
    let trees = await checkTrees()
    parts += [trees.tiles, trees.files]
    parts.append(await checking(.signatures) { report in try checkSignatures(&report) })
    parts += await checkContents()
    parts.append(
      await checking(.outboxes) { report in
        for source in outboxes { await check(source, &report) }
      })
    let state = try? await database.read { try $0.logState() }
    return StoreReport(
      entries: state?.frontier.size ?? 0, published: state?.published ?? 0, parts: parts)
  }

  /// Runs one part; what it throws ends it and is its last finding.
  func checking(
    _ part: StorePart, _ body: (inout PartReport) async throws -> Void
  ) async -> PartReport {
    var report = PartReport(part)
    do { try await body(&report) } catch { report.add(Self.finding(error)) }
    return report
  }

  static func finding(_ error: any Error) -> StoreFinding {
    switch error {
    case let finding as StoreFinding: finding
    case let finding as LogFinding: .signature(finding)
    case LogFault.broken(let what): .inconsistent(what)
    case LogFault.notAuthentic(let position): .unreadable(position: position)
    default: .damaged("\(error)")
    }
  }

  // MARK: Parts

  /// No service may believe that more of its entries stand under a checkpoint than do: it deletes them then.
  private func checkCoverage(_ report: inout PartReport) async throws {
    let wrong = try await database.read { transaction in
      let published = try transaction.logState().published
      return try transaction.origins().filter { origin in
        try origin.covered > transaction.lastSequence(of: origin.held.name, within: published)
      }
    }
    for origin in wrong { report.add(.coveredTooFar(origin: origin.held.name)) }
  }

  /// Key list and checkpoint as an outsider reads them, with the witnesses that the node asks for.
  private func checkSignatures(_ report: inout PartReport) throws {
    let folder = folder
    guard try folder.read(LogFile.checkpoint) != nil else {
      // Before the first checkpoint, and after a restore, there is none.
      return report.add(.signature(.checkpointMissing))
    }
    let head = try LogVerifier(root: root, policy: policy).verifyHead(
      of: LogCopy { try folder.read($0) })
    report.lookedAt = UInt64(head.checkpointNote.signatures.count)
  }

  /// An outbox by itself, then held to what the log has of it.
  private func check(_ source: OutboxSource, _ report: inout PartReport) async {
    do {
      let database = try source.database.get()
      for outbox in try await database.read({ try $0.storedOutboxes() }) {
        try await check(outbox, in: database, &report)
      }
    } catch {
      report.add(.outboxUnreadable(service: source.service, "\(error)"))
    }
  }

  private func check(
    _ outbox: StoredOutbox, in other: SQLDatabase, _ report: inout PartReport
  ) async throws {
    let name = outbox.origin.text
    let signers = keyList.entries(
      named: KeyList.evidenceName(keyList.domain, service: outbox.origin.service)
    ).map(\.verifier)
    let (commitments, finding) = try await other.read { transaction in
      var commitments: [[UInt8]] = []
      do {
        try transaction.check(outbox, keys: signers) { commitments.append($1) }
      } catch let finding as OutboxFinding {
        return (commitments, finding as OutboxFinding?)
      }
      return (commitments, nil)
    }
    report.lookedAt += UInt64(commitments.count)
    if let finding { report.add(.outbox(origin: name, finding)) }
    let held = try await database.read { transaction in
      try transaction.origins().first { $0.held.name == name }?.held
    }
    let logged = held?.sequence ?? 0
    if outbox.sequence < logged {
      report.add(.outboxBehind(origin: name, own: outbox.sequence, log: logged))
    }
    if outbox.purged > logged {
      report.add(.outbox(origin: name, .deletedUncovered(from: logged + 1)))
    }
    let leaves = try await database.read { transaction in
      try transaction.leaves(of: name, from: outbox.purged + 1, limit: max(1, commitments.count))
    }
    let same = zip(leaves, commitments).prefix { $0 == $1 }.count
    if same < min(leaves.count, commitments.count) {
      report.add(.outboxDiffers(origin: name, sequence: outbox.purged + 1 + UInt64(same)))
    }
  }
}
