// The signed grant of a data call, checked here alone: Ingest opens no record on anyone's word (AC-41).

package import Access
import Contracts
import Crypto
import Database
package import IngestRules
import IngestStore
import Integrity
import Regulation
import Synchronization
import Vocabulary

/// A grant whose signature and statements are good.
struct CheckedGrant: Sendable {
  let document: GrantDocument
  /// What the publisher of its entry signed, by which it was looked at.
  let publication: [UInt8]
  /// What it rests on; see ``GrantDocument/origin(_:)``.
  let origin: String
  /// When the last of its statements came here, by civil time.
  let seen: CivilDate
}

/// What a publisher signed, with a good signature.
struct CheckedPublication: Sendable {
  let stated: StatedDecision
  /// When it came here; `nil` for what came before that was kept, and the signer's own word stands.
  let seen: FirstSight?
}

/// A grant that covers a call.
struct OpenGrant: Sendable {
  let document: GrantDocument
  let terms: GrantTerms
  let origin: String
  /// The text that it was given under, and that governed then.
  let profile: Profile
}

/// Grants and publications that were found good, by all that was looked at; forgotten when the departments' root or its list changes.
final class CheckedGrants: Sendable {
  private static let mostKept = 10_000

  private struct Known {
    var version = 0
    var grants: [[UInt8]: CheckedGrant] = [:]
    var publications: [[UInt8]: CheckedPublication] = [:]
  }

  private let known = Mutex(Known())

  func grant(_ hash: [UInt8], version: Int) -> CheckedGrant? {
    known.withLock { $0.version == version ? $0.grants[hash] : nil }
  }

  func publication(_ signed: [UInt8], version: Int) -> CheckedPublication? {
    known.withLock { $0.version == version ? $0.publications[signed] : nil }
  }

  func keep(_ grant: CheckedGrant, _ hash: [UInt8], version: Int) {
    keep(version: version) { $0.grants[hash] = grant }
  }

  func keep(_ publication: CheckedPublication, _ signed: [UInt8], version: Int) {
    keep(version: version) { $0.publications[signed] = publication }
  }

  private func keep(version: Int, _ change: (inout Known) -> Void) {
    known.withLock { known in
      if known.version != version || known.grants.count >= Self.mostKept
        || known.publications.count >= Self.mostKept
      {
        known = Known(version: version)
      }
      change(&known)
    }
  }
}

extension IngestService {
  /// The grant of a call, with Share's signature and the statements that it rests on good, and the call covered.
  func grant(
    _ signed: IngestV1.SignedGrant?, for request: (Caller, GrantDocument) -> DataRequest,
    _ call: CallContext
  ) async throws -> OpenGrant {
    guard let signed else { throw DataRefusal.grantInvalid }
    let hash = SHA256.hash(try signed.serialized())
    let version = outside.decisions.version
    let found = grants.grant(hash, version: version)
    let document = try found?.document ?? read(signed)
    let entry = try number(document.entry, in: .entries, field: "grant")
    // What is published now may not be tomorrow, nor graded so: this is asked each time.
    let known = try await database.read { try $0.knownEntry(entry) }
    let published = try await publication(of: document, known)
    let publication = published.stated
    let since = published.seen?.civil ?? known?.renewed ?? outside.civil()
    let checked: CheckedGrant
    if let found, found.publication == known?.publication {
      if document.application.isEmpty {
        try await checkPublisher(publication, of: document, seen: since)
      }
      checked = found
    } else {
      try await checkPublisher(publication, of: document, seen: since)
      do {
        try await signer(of: publication, seen: published.seen?.real ?? publication.time)
        checked = try await check(document, signed, publication, known?.publication ?? [])
      } catch let fault as SignerFault {
        throw DataRefusal.grantNotReviewed(grant: document.name, fault.text)
      }
      grants.keep(checked, hash, version: version)
    }
    let profile = try governing(
      document.profile, class: publication.text("class"), on: checked.seen, of: document)
    let terms = GrantTerms(document)
    try terms.check(request(call.caller, document), today: today)
    return OpenGrant(
      document: document, terms: terms, origin: checked.origin, profile: profile)
  }

  private func read(_ signed: IngestV1.SignedGrant) throws(DataRefusal) -> GrantDocument {
    do throws(GrantDocumentError) {
      return try GrantDocument(
        signed.json, signature: signed.signature, keys: outside.grantKeys)
    } catch {
      throw .grantInvalid
    }
  }

  /// The source speaks for its own register alone: whom the catalogue names is not enough, the rows are those of the department that
  /// delivered them. Asked of the very register that a call searches: it may have been anybody's when the grant was looked at.
  func checkSource(_ register: ServedRegister, of grant: OpenGrant) throws(DataRefusal) {
    guard register.state.owner == grant.document.source else {
      throw .grantNotReviewed(
        grant: grant.document.name,
        BilingualText("数源部门不是该条目的提供方", "its source is not the owner of the entry"))
    }
  }

  /// Its persons have decided all that the grant says: reviewers, or who took into use what is open to all (AC-40, AC-43, AC-55).
  private func check(
    _ document: GrantDocument, _ signed: IngestV1.SignedGrant, _ publication: StatedDecision,
    _ kept: [UInt8]
  ) async throws -> CheckedGrant {
    let profile = try profile(document.profile, of: document)
    let needsAuthority = profile.reviewers?.value.contains { $0 != .sourceDepartment } ?? false
    let sensitive = profile.secondApprovalGrade.map { publication.items(gradedFrom: $0.value) }
    let decisions = signed.decisions.map { SignedStatement($0) }
    do throws(GrantReviewError) {
      if document.application.isEmpty {
        try document.checkSubscription(decisions, by: outside.decisions)
        // What is open to all still wants the source's express word where it is sensitive.
        if let item = document.items.first(where: { sensitive?.contains($0) == true }) {
          throw .itemNotApproved(item)
        }
      } else {
        try document.checkReview(
          decisions, by: outside.decisions, needsAuthority: needsAuthority,
          sensitive: sensitive ?? [])
      }
    } catch {
      throw DataRefusal.grantNotReviewed(grant: document.name, error.text)
    }
    let seen = try await firstSeen(decisions)
    if needsAuthority, !document.application.isEmpty {
      try await checkAuthority(of: document, seen: seen.civil)
    }
    return CheckedGrant(
      document: document, publication: kept, origin: document.origin(decisions),
      seen: seen.civil.civilDate)
  }

  /// When the last of some signed statements came here first, once each signer's certificate is found to have been good when it did. A
  /// time that they state themselves says nothing.
  private func firstSeen(_ decisions: [SignedStatement]) async throws -> FirstSight {
    let hashes = decisions.map { SHA256.hash(CanonicalJSON.encode($0.json)) }
    let now = FirstSight(civil: outside.civil(), real: outside.real())
    let known = try await database.read { transaction in
      try hashes.map { try transaction.firstSight(of: $0) }
    }
    for (signed, seen) in zip(decisions, known) {
      try await signer(
        of: StatedDecision(bytes: signed.statement), seen: (seen ?? now).real)
    }
    if known.contains(nil) {
      try await database.write { transaction in
        for hash in hashes { try transaction.see(hash, at: now) }
      }
    }
    return known.map { $0 ?? now }.max { $0.real < $1.real } ?? now
  }

  /// What the publisher of the entry signed of it as it is published now (AC-40): nobody opens what is not published.
  private func publication(
    of document: GrantDocument, _ known: KnownEntry?
  ) async throws -> CheckedPublication {
    let found: CheckedPublication?
    do {
      found = try await published(known)
    } catch let refusal as DecisionRefusal {
      throw DataRefusal.grantNotReviewed(
        grant: document.name, GrantReviewError.statement(refusal).text)
    }
    do throws(GrantReviewError) {
      guard let found else { throw .undecided }
      try document.checkPublished(found.stated)
      guard
        ResourceName(found.stated.resource, in: .versions)?.number
          == known.map({ Int64($0.version) })
      else { throw .otherDecision(member: "resource") }
      return found
    } catch {
      throw DataRefusal.grantNotReviewed(grant: document.name, error.text)
    }
  }

  /// What somebody signed of an entry to publish it, as the catalogue told it last; `nil` where it told of no signature.
  private func published(_ known: KnownEntry?) async throws -> CheckedPublication? {
    guard let kept = known?.publication,
      let signed = SignedStatement(try? CanonicalJSON.decode(kept))
    else { return nil }
    let version = outside.decisions.version
    if let found = grants.publication(kept, version: version) { return found }
    let stated = try outside.decisions.read(signed)
    let seen = try await database.read { try $0.firstSight(of: SHA256.hash(kept)) }
    let found = CheckedPublication(stated: stated, seen: seen)
    grants.keep(found, kept, version: version)
    return found
  }

  /// How values of an entry are shown, by the publisher's own word; `nil` where there is none, and nothing is shown.
  func masks(_ known: KnownEntry?) async throws -> [String: Mask]? {
    do {
      guard let stated = try await published(known)?.stated, stated.action == .publishEntry else {
        return nil
      }
      return stated.masks?.mapValues { Mask(rawValue: $0) ?? .whole }
    } catch is DecisionRefusal {
      return nil
    }
  }
}

extension GrantReviewError {
  fileprivate var text: BilingualText {
    switch self {
    case .undecided: BilingualText("未附审核人签名", "no reviewer's statement came with it")
    case .tooManyDecisions: BilingualText("审核人签名过多", "it has too many statements")
    case .statement(let refusal): refusal.sentence
    case .otherDecision(let member):
      BilingualText(
        "审核人签名的\(member)与授权不符", "a statement's \(member) is not that of the grant")
    case .otherTerms:
      BilingualText("授权条件与审核人签名的不同", "its terms are not those that a reviewer signed")
    case .itemNotApproved(let item):
      BilingualText("审核人未同意\(item)", "a reviewer has not approved \(item)")
    case .recipientNotConsented(let name):
      BilingualText("审核人未同意提供给\(name)", "a reviewer has not consented to \(name)")
    case .notReviewer(let person):
      BilingualText(
        "\(person)不属于数源部门或主管部门", "\(person) belongs to neither source nor authority")
    case .notGrantee(let person):
      BilingualText("\(person)不属于被授权部门", "\(person) does not belong to the grantee")
    case .samePersonTwice(let person):
      BilingualText("\(person)签了两次", "\(person) signed twice")
    case .sideMissing:
      BilingualText("缺少一方或第二人的签名", "a side's or a second person's statement is missing")
    }
  }
}

extension GrantTerms {
  /// What of a grant bears on calls, once its signature and statements are found good.
  package init(_ document: GrantDocument) {
    self.init(
      name: document.name, entry: document.entry, grantee: document.grantee,
      items: Set(document.items), purpose: document.purpose,
      uses: Set(
        document.modes.map { mode in
          switch mode {
          case .lookup: .lookup
          case .comparison: .comparison
          }
        }), until: document.until, filters: document.rows.map(RowFilter.init),
      dailySubjects: document.dailySubjects,
      roll: document.roll.flatMap { roll in
        RollTurn(rawValue: roll.frequency).map {
          RollBound(rows: roll.maxRows, growthPercent: roll.maxGrowthPercent, frequency: $0)
        }
      },
      systems: document.systems,
      recipients: document.recipients.map {
        TermsRecipient(
          name: $0.name, isOwnSystem: $0.isOwnSystem, items: Set($0.items), region: $0.region,
          until: $0.until)
      })
  }
}

extension RowFilter {
  init(_ condition: RowCondition) {
    let comparison: Comparison =
      switch condition.comparison {
      case .equal: .equal
      case .notEqual: .notEqual
      case .less: .less
      case .lessOrEqual: .lessOrEqual
      case .greater: .greater
      case .greaterOrEqual: .greaterOrEqual
      case .oneOf: .oneOf
      }
    self.init(item: condition.item, comparison: comparison, values: condition.values)
  }
}
