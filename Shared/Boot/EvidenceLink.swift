// The tie between a service's outbox and Audit: no evidence, no data.

import Access
import Contracts
package import Database
import Integrity
package import Logging
package import RPC
package import Vocabulary

/// How long one stream between services is kept; then it is opened anew. Longer than the channels' limit for ordinary calls.
let followingTime = Duration.seconds(86_400)

/// How long a job waits after a fault that may pass, before it tries again.
let faultPause = Duration.seconds(1)

/// Follows how far Audit has this outbox, and tells data calls whether they may go on.
package struct EvidenceLink: Sendable {
  private let outbox: Outbox
  private let channel: Channel
  private let service: String
  private let log: Logger

  package init(outbox: Outbox, audit channel: Channel, service: String, log: Logger) {
    self.outbox = outbox
    self.channel = channel
    self.service = service
    self.log = log
  }

  /// Runs until the task is cancelled. While Audit holds what this database has not (it was set back), it looks again and
  /// again, and data calls are refused. What other replicas write in the same database is told on, too.
  package func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await outbox.watchOthers { error in
          log.error("other replicas not watched", metadata: ["cause": "\(error)"])
        }
      }
      group.addTask { try await followAudit() }
      try await group.waitForAll()
    }
  }

  private func followAudit() async throws {
    var told: OutboxError?
    while !Task.isCancelled {
      do {
        try await follow()
      } catch let error as Status {
        if ![.unavailable, .cancelled, .deadlineExceeded].contains(error.code) {
          log.warning("audit interrupted", metadata: ["cause": "\(error.message)"])
        }
      } catch let error as OutboxError {
        // Data calls are refused from now on; decisions and upkeep go on until somebody looks.
        if error != told { log.critical("evidence refused", metadata: ["cause": "\(error)"]) }
        told = error
      } catch let fault as any Fault where fault.passing != nil {
        // A full disk, say. What Audit has is told again by the next stream.
        log.error("evidence not noted", metadata: ["cause": "\(fault)"])
        try await Task.sleep(for: faultPause)
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  private func follow() async throws {
    let client = AuditV1.AuditClient(channel)
    try await client.watchOrigins(
      AuditV1.WatchOriginsRequest(service: service),
      CallOptions(timeout: followingTime, waitsForReady: true)
    ) { states in
      var round: [AuditV1.OriginState] = []
      while let state = try await states.next() {
        round.append(state)
        if state.more { continue }
        try await hear(round)
        round = []
      }
    }
  }

  /// First what Audit has of this database's other replicas: none of its data leaves while that is missing here.
  private func hear(_ round: [AuditV1.OriginState]) async throws {
    var refusal: OutboxError?
    for state in round {
      guard let origin = Origin(text: state.origin), origin != outbox.origin else { continue }
      do {
        try await outbox.auditAnswered(
          of: origin, durable: UInt64(max(0, state.durableSequence)), chain: state.durableChain)
      } catch let error as OutboxError {
        refusal = refusal ?? error
      }
    }
    for state in round where state.origin == outbox.origin.text {
      try await outbox.auditAnswered(
        durable: UInt64(max(0, state.durableSequence)), chain: state.durableChain,
        covered: UInt64(max(0, state.coveredSequence)), isAdmitted: !state.awaitsAdmission)
    }
    if let refusal { throw refusal }
  }
}

/// Why no data leaves: the outbox has no room, or Audit has not answered since the start.
package enum EvidenceRefusal: Refusal {
  case awaitingAudit
  case outboxFull
  case rolledBack
  case notAdmitted

  package init(_ error: OutboxError) {
    switch error {
    case .tooMany, .tooOld: self = .outboxFull
    case .rolledBack, .forked: self = .rolledBack
    case .notAdmitted: self = .notAdmitted
    default: self = .awaitingAudit
    }
  }

  package var reason: String {
    switch self {
    case .awaitingAudit: "evidence.awaiting_audit"
    case .outboxFull: "evidence.outbox_full"
    case .rolledBack: "evidence.rolled_back"
    case .notAdmitted: "evidence.not_admitted"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .awaitingAudit: .unavailable
    case .outboxFull: .tooMuch
    case .rolledBack, .notAdmitted: .wrongState
    }
  }

  /// hebi-2021/13.3: what was provided and obtained is logged, always.
  package var citation: Citation? { Citation(document: "hebi-2021", article: "13.3") }

  package var nextStep: BilingualText? {
    switch self {
    case .rolledBack:
      BilingualText("请运维人员核对备份：weir doctor。", "Let the operator check the restore: weir doctor.")
    case .notAdmitted:
      BilingualText(
        "请审计人员申请、另一人批准：weir audit request --admit。",
        "Let an auditor ask for its admission and another person approve it: weir audit request --admit."
      )
    default: BilingualText("请稍后重试。", "Try again later.")
    }
  }

  package var retryAfterMilliseconds: Int64? {
    switch self {
    case .awaitingAudit: 1_000
    case .outboxFull: 5_000
    case .rolledBack, .notAdmitted: nil
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .awaitingAudit:
      BilingualText(
        "审计服务尚未确认日志进度，暂不提供数据。", "Audit has not confirmed the log yet; no data is given.")
    case .outboxFull:
      BilingualText("待审计日志已满，暂不提供数据。", "Too much waits for Audit; no data is given.")
    case .notAdmitted:
      BilingualText(
        "本服务的数据库是重新建立的，尚未经两人准许，不提供数据。",
        "This service's database was begun anew and two persons have not admitted it; no data is given."
      )
    case .rolledBack:
      BilingualText(
        "本服务数据早于审计记录，不提供数据。", "This service was set back behind its log; no data is given.")
    }
  }
}

/// Keeps refusals in the outbox, in their own share of it.
package struct OutboxRefusals: RefusalRecorder {
  private let refusals: RefusalLog
  private let log: Logger

  /// - Parameter now: Civil time, as entries bear it.
  package init(database: SQLDatabase, log: Logger, now: @escaping @Sendable () -> Instant) {
    self.log = log
    refusals = RefusalLog(database: database, topic: "access.refused", now: now) { record in
      var payload = JSONObject()
      switch record {
      case .first(let key, let time):
        payload["time"] = .integer(time.milliseconds)
        payload["principal"] = .string(key.principal)
        payload["method"] = .string(key.method)
        payload["reason"] = .string(key.reason)
        payload["count"] = .integer(1)
      case .more(let key, let count, let minute):
        payload["time"] = .integer(minute.milliseconds)
        payload["principal"] = .string(key.principal)
        payload["method"] = .string(key.method)
        payload["reason"] = .string(key.reason)
        payload["count"] = .integer(Int64(count))
      case .rest(let principal, let count, let time):
        payload["time"] = .integer(time.milliseconds)
        payload["principal"] = .string(principal)
        payload["count"] = .integer(Int64(count))
      case .other(let count):
        payload["time"] = .integer(now().milliseconds)
        payload["count"] = .integer(Int64(count))
      }
      return .object(payload)
    }
  }

  package func record(principal: String, method: String, reason: String) async {
    do {
      try await refusals.record(RefusalKey(principal: principal, method: method, reason: reason))
    } catch {
      // A refusal stands without its entry; that it could not be kept is for the operator.
      log.error("refusal not kept", metadata: ["method": "\(method)", "cause": "\(error)"])
    }
  }

  /// Writes the counts of each minute until the task is cancelled, and once more then.
  package func run() async throws {
    while !Task.isCancelled {
      do { try await Task.sleep(for: .seconds(60)) } catch { break }
      do {
        try await refusals.flush()
      } catch let fault as any Fault where fault.passing != nil {
        // What was not written is counted on, and written at the next turn.
        log.error("refusals not written", metadata: ["cause": "\(fault)"])
      }
    }
    try await refusals.flush(all: true)
  }
}
