// Feedback's side of the wire: what every handler of it stands on.

package import Access
package import Contracts
import Crypto
package import Database
import FeedbackRules
import FeedbackStore
package import Integrity
import RPC
package import Regulation
package import Vocabulary

/// Tells what the registry knows of a department.
package typealias DepartmentDirectory =
  @Sendable (_ department: DepartmentCode) async throws -> RegistryV1.Department

/// The services that Feedback asks.
package struct FeedbackPeers: Sendable {
  let catalog: CatalogV1.CatalogClient
  let share: ShareV1.ShareClient
  let ingest: IngestV1.IngestClient
  let directory: DepartmentDirectory

  package init(
    catalog: CatalogV1.CatalogClient, share: ShareV1.ShareClient, ingest: IngestV1.IngestClient,
    directory: @escaping DepartmentDirectory
  ) {
    self.catalog = catalog
    self.share = share
    self.ingest = ingest
    self.directory = directory
  }
}

/// Answers weir.feedback.v1; each RPC has a file of its own.
package struct FeedbackServer: FeedbackV1.FeedbackService {
  let database: SQLDatabase
  private let lawNow: LawNow
  let peers: FeedbackPeers
  let keys: SignedNote
  package let texts: FreeTextVault
  let refusals: (any RefusalRecorder)?
  let now: @Sendable () -> Instant

  /// The law in use at this moment: a version that was imported counts from the next look on.
  var profiles: ProfileSet { lawNow.profiles }
  var calendar: WorkingCalendar { lawNow.calendar }

  /// - Parameters:
  ///   - profiles: Asked at each use, as is the calendar.
  ///   - keys: The signed key list, which goes with every receipt.
  ///   - texts: The seal of what people write.
  ///   - now: Civil time.
  package init(
    database: SQLDatabase, profiles: @autoclosure @escaping @Sendable () -> ProfileSet,
    calendar: @autoclosure @escaping @Sendable () -> WorkingCalendar, peers: FeedbackPeers,
    keys: SignedNote, texts: FreeTextVault, refusals: (any RefusalRecorder)?,
    now: @escaping @Sendable () -> Instant
  ) {
    self.database = database
    lawNow = LawNow(profiles: profiles, calendar: calendar)
    self.peers = peers
    self.keys = keys
    self.texts = texts
    self.refusals = refusals
    self.now = now
  }

  // MARK: Changing

  /// One step of an issue: replayed where it was done before, else done in one transaction with its entry in the log.
  ///
  /// An answer is made anew on a replay, never kept: it may tell what has changed since, and who asks is looked at again.
  func change(
    _ call: CallContext, requestID: String, content: some Message, name: String,
    topic: @escaping @Sendable (QualityIssue) -> String,
    _ step: @escaping @Sendable (QualityIssue, Actor, Profile, Instant) throws -> QualityIssue
  ) async throws -> FeedbackV1.Issue {
    try await call.answering(refusals) {
      let key = try requestKey(requestID, call)
      let digest = SHA256.hash(try content.serialized())
      let number = try issueNumber(name)
      let actor = Actor(call)
      let time = now()
      return try await database.write { transaction in
        let issue = try visible(number, name, to: actor, in: transaction)
        switch try transaction.loggedReplay(
          of: key, digest: digest, as: "feedback.replayed", call: call.callID, at: time)
        {
        case .conflict: throw RequestRefusal.requestIDReused
        case .same: break
        case .new:
          let next = try step(issue, actor, try profiles.profile(issue.profile), time)
          try carry(
            from: issue, to: next, topic: topic(next), by: Author(call), at: time,
            in: transaction)
        }
        return try shown([number], to: actor, in: transaction).first ?? FeedbackV1.Issue()
      }
    }
  }

  func requestKey(_ requestID: String, _ call: CallContext) throws(RequestRefusal) -> RequestKey {
    guard !requestID.isEmpty, requestID.utf8.count <= 64 else { throw .requestIDMissing }
    return RequestKey(caller: call.principal, method: call.rpc.path, requestID: requestID)
  }

  // MARK: Seeing

  /// An issue that the caller may see; to others there is none.
  func visible(
    _ number: Int64, _ name: String, to actor: Actor, in transaction: borrowing some Reading
  ) throws -> QualityIssue {
    guard let issue = try transaction.issue(number, texts),
      IssueVisibility(actor).sees(
        issue,
        wasTold: try !transaction.issuesTold([number], to: actor.department).isEmpty)
    else { throw RequestRefusal.unknownResource(field: "name", name: name) }
    return issue
  }

  /// Issues as a caller sees them, by a constant number of statements.
  func shown(
    _ numbers: [Int64], to actor: Actor, in transaction: borrowing some Reading
  ) throws -> [FeedbackV1.Issue] {
    let told = try transaction.issuesTold(numbers, to: actor.department)
    let recalls = try transaction.recallNumbers(of: numbers)
    let sight = IssueVisibility(actor)
    let today = now().civilDate
    return try transaction.issues(numbers, texts)
      .filter { sight.sees($0, wasTold: told.contains($0.number)) }
      .map { issue in
        issue.message(
          sight.sight(of: issue), recalls: recalls[issue.number] ?? [], on: calendar, today: today)
      }
  }

  // MARK: Names

  func issueNumber(_ name: String) throws(RequestRefusal) -> Int64 {
    guard let number = ResourceName(name, in: .issues)?.number else {
      throw .malformed(
        field: "name", expected: BilingualText("issues/Q-1 这样的名称", "a name like issues/Q-1"))
    }
    return number
  }

  func recallNumber(_ name: String) throws(RequestRefusal) -> Int64 {
    guard let number = ResourceName(name, in: .recalls)?.number else {
      throw .malformed(
        field: "name", expected: BilingualText("recalls/R-1 这样的名称", "a name like recalls/R-1"))
    }
    return number
  }
}

/// Either kind of transaction, as far as it is read from.
typealias Reading = SQLReading & ~Copyable

extension Actor {
  init(_ call: CallContext) {
    self.init(
      department: call.caller.department, name: call.principal, roles: call.caller.roles)
  }
}

/// Reads a department's code, with or without its folder.
func departmentCode(_ text: String) -> DepartmentCode? {
  if let name = ResourceName(text, in: .departments) { return DepartmentCode(name.id) }
  return DepartmentCode(text)
}
