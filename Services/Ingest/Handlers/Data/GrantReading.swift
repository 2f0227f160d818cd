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

/// Grants that were found good, by the hash of all that was looked at; forgotten when the departments' root or its list changes.
final class CheckedGrants: Sendable {
  private static let mostKept = 10_000

  private let known = Mutex<(version: Int, documents: [[UInt8]: GrantDocument])>((0, [:]))

  func document(_ hash: [UInt8], version: Int) -> GrantDocument? {
    known.withLock { $0.version == version ? $0.documents[hash] : nil }
  }

  func keep(_ document: GrantDocument, _ hash: [UInt8], version: Int) {
    known.withLock { known in
      if known.version != version || known.documents.count >= Self.mostKept {
        known = (version, [:])
      }
      known.documents[hash] = document
    }
  }
}

extension IngestService {
  /// The grant of a call, with Share's signature and its reviewers' good, and the call covered.
  func grant(
    _ signed: IngestV1.SignedGrant?, for request: (Caller, GrantDocument) -> DataRequest,
    _ call: CallContext
  ) async throws -> (GrantDocument, GrantTerms) {
    guard let signed else { throw DataRefusal.grantInvalid }
    let hash = SHA256.hash(try signed.serialized())
    let version = outside.decisions.version
    let document: GrantDocument
    if let found = grants.document(hash, version: version) {
      document = found
    } else {
      document = try read(signed)
      try await checkReview(of: document, signed)
      grants.keep(document, hash, version: version)
    }
    // What is open to all now may not be tomorrow: this is asked each time.
    if document.application.isEmpty { try await checkPublication(of: document) }
    let terms = GrantTerms(document)
    try terms.check(request(call.caller, document), today: today)
    return (document, terms)
  }

  private func read(_ signed: IngestV1.SignedGrant) throws(DataRefusal) -> GrantDocument {
    do throws(GrantDocumentError) {
      return try GrantDocument(
        signed.json, signature: signed.signature, keys: outside.grantKeys)
    } catch {
      throw .grantInvalid
    }
  }

  /// The source speaks for its own register alone, and its reviewers have decided all that the grant says.
  private func checkReview(
    of document: GrantDocument, _ signed: IngestV1.SignedGrant
  ) async throws {
    let entry = try number(document.entry, in: .entries, field: "grant")
    let (owner, deliverer, known) = try await database.read {
      (try $0.owner(ofEntry: entry), try $0.register(entry)?.owner, try $0.knownEntry(entry))
    }
    // Whom the catalogue names is not enough: the rows are those of the department that delivered them.
    if [owner, deliverer].contains(where: { $0 != nil && $0 != document.source }) {
      throw DataRefusal.grantNotReviewed(
        grant: document.name,
        BilingualText("数源部门不是该条目的提供方", "its source is not the owner of the entry"))
    }
    if document.application.isEmpty { return }
    let profile = try governing(
      document.profile, class: known?.resourceClass ?? "", of: document)
    let needsAuthority = profile.reviewers?.value.contains { $0 != .sourceDepartment } ?? false
    do throws(GrantReviewError) {
      try document.checkReview(
        signed.decisions.map { SignedStatement($0) }, by: outside.decisions,
        needsAuthority: needsAuthority)
    } catch {
      throw DataRefusal.grantNotReviewed(grant: document.name, error.text)
    }
    if needsAuthority { try await checkAuthority(of: document) }
  }

  /// Nobody reviews a grant of what is open to all: the publisher's statement of the entry stands instead (AC-40).
  private func checkPublication(of document: GrantDocument) async throws {
    let entry = try number(document.entry, in: .entries, field: "grant")
    let kept = try await database.read { try $0.knownEntry(entry)?.publication }
    let statement = try kept.flatMap { SignedStatement(try CanonicalJSON.decode($0)) }
    let stated: StatedDecision
    do throws(GrantReviewError) {
      stated = try document.checkPublication(statement, by: outside.decisions)
    } catch {
      throw DataRefusal.grantNotReviewed(grant: document.name, error.text)
    }
    try await checkPublisher(stated, of: document)
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
      dailySubjects: document.dailySubjects, rollRows: document.roll?.maxRows,
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
