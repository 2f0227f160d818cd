// What people of the departments sign here: what their statements say, and how each is taken, once (DESIGN.md section 6).

import Access
import Contracts
import Database
import Integrity
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  /// The statement that a caller is to sign.
  func statement(of decision: Decision, _ call: CallContext) -> [UInt8] {
    outside.decisions.statement(of: decision, by: call.caller)
  }

  /// Takes the caller's statement for a decision.
  ///
  /// - Parameter name: What comes of it, where that has a name of its own.
  /// - Returns: The members by which the log keeps it.
  func take(
    _ signed: CommonV1.SignedDecision?, for decision: Decision, making name: String? = nil,
    _ call: CallContext, in transaction: borrowing WriteTransaction
  ) throws -> [(String, JSONValue)] {
    try outside.decisions.take(
      signed.map { SignedStatement($0) }, for: decision, by: call.caller
    ) { hash, signed in
      try transaction.keepStatement(
        hash: hash, resource: name ?? decision.resource, action: decision.action.rawValue,
        signed: signed)
    }
  }

  /// A grant with the reviewers' statements, as Ingest asks for it.
  func signedGrant(_ grant: Grant) async throws -> IngestV1.SignedGrant? {
    try await signer.complete(grant) {
      try await database.read { try $0.grounds(of: grant) }.map { CommonV1.SignedDecision($0) }
    }
  }

  // MARK: What is decided

  /// The applicant, or the authority that hands on, sends it on its way as it stands.
  func decision(toSubmit application: Application, as next: Application, under profile: Profile)
    -> Decision
  {
    var decided = terms(of: application, under: profile)
    let use = application.use
    decided["to"] = .string(next.state.rawValue)
    decided["items"] = .array(use.items.map { .string($0) })
    decided["business"] = .string(use.business)
    decided["scope"] = .string(use.scope)
    decided["reason"] = .string(use.reason)
    if let basis = use.legalBasis { decided["legal_basis"] = basis.stated }
    return Decision(
      .submitApplication, on: application.name, etag: application.etag,
      profile: application.profile.text, decided)
  }

  /// A reviewer's opinion, with all that a grant of it would say: Ingest holds the grant to it.
  func decision(
    toReview application: Application, _ decisions: [ItemDecision],
    _ request: ShareV1.ReviewApplicationRequest, under profile: Profile
  ) -> Decision {
    var decided = terms(of: application, under: profile)
    decided["decisions"] = .array(decisions.map(\.stated))
    decided["consents"] = .array(request.recipients.map { .string($0) })
    decided["reason"] = .string(request.reason)
    if !application.sensitiveItems.isEmpty {
      decided["sensitive_items"] = .array(application.sensitiveItems.map { .string($0) })
    }
    return Decision(
      .reviewApplication, on: application.name, etag: application.etag,
      profile: application.profile.text, decided)
  }

  /// What becomes of a grant, and why.
  func decision(_ action: DecisionAction, on grant: Grant, _ words: JSONObject) -> Decision {
    var decided = words
    decided["entry"] = .string(grant.entryName)
    decided["grantee"] = .string(ResourceName.department(grant.grantee).text)
    decided["items"] = .array(grant.items.map { .string($0) })
    return Decision(
      action, on: grant.name, etag: grant.etag, profile: grant.profile.text, decided)
  }

  /// What is open to all is taken into use: the terms of the grant as it will be, which has no name yet.
  ///
  /// - Parameter request: Its id, by which two subscriptions to the same are told apart: there is no earlier state of either.
  func decision(toSubscribe use: UseRequest, as grant: Grant, request: String) -> Decision {
    Decision(
      .subscribe, on: ResourceName.entryVersion(grant.entry, Int64(grant.entryVersion)).text,
      etag: "",
      profile: grant.profile.text,
      [
        "terms": .object(GrantDocument(grant, issued: grant.created).terms),
        "items": .array(use.items.map { .string($0) }), "purpose": .string(use.purpose),
        "business": .string(use.business), "until": .string(grant.until.iso),
        "request": .string(request),
      ])
  }

  /// A step of a case. What was written of the person stands in it by its hash alone.
  func decision(
    _ action: DecisionAction, on checked: ComparisonCase, of run: ComparisonRun, _ words: JSONObject
  ) -> Decision {
    var decided = words
    decided["entry"] = .string(ResourceName.entry(run.entry).text)
    decided["grant"] = .string(ResourceName.grant(run.grant).text)
    return Decision(
      action, on: checked.name, etag: checked.etag, profile: run.profile.text, decided)
  }

  /// Whether the source answers a claim: who asks, for what, and which claim, by a hash that Ingest compares before it answers.
  func decision(
    toAnswer verification: Verification, claim: IngestV1.VerifyClaimRequest?,
    _ request: ShareV1.DecideVerificationRequestRequest, basis: LegalBasis?
  ) throws -> Decision {
    var decided: JSONObject = [
      "decision": .string(request.decision == .accept ? "accept" : "decline"),
      "entry": .string(verification.entryName), "item": .string(verification.item),
      "requester": .string(ResourceName.department(verification.requester).text),
      "purpose": .string(verification.purpose), "case_number": .string(verification.caseNumber),
      "reason": .string(request.reason),
    ]
    if let claim { decided["claim"] = .string(try claim.claimDigest()) }
    if let basis { decided["basis"] = basis.stated }
    return Decision(
      .decideVerification, on: verification.name, etag: verification.etag,
      profile: verification.profile.text, decided)
  }

  /// The terms of the grant that an application asks for, and to whom data are to go on.
  private func terms(of application: Application, under profile: Profile) -> JSONObject {
    let use = application.use
    guard
      let grant = application.proposedGrant(
        items: use.items, under: profile, at: application.created)
    else { return JSONObject() }
    let document = GrantDocument(grant, issued: application.created)
    return [
      "terms": .object(document.terms), "recipients": .array(document.recipients.map(\.json)),
    ]
  }
}

extension SQLReading where Self: ~Copyable {
  /// What persons signed by which a grant came to be: its reviewers, or who took into use what is open to all.
  func grounds(of grant: Grant) throws -> [SignedStatement] {
    func read(_ name: String, _ action: DecisionAction) throws -> [SignedStatement] {
      try statements(on: name, action: action.rawValue).map { bytes in
        guard let signed = SignedStatement(try CanonicalJSON.decode(bytes)) else {
          throw UnreadableContent(what: "statement")
        }
        return signed
      }
    }
    if let application = grant.application {
      return try read(ResourceName.application(application).text, .reviewApplication)
    }
    let own = try read(grant.name, .subscribe)
    if !own.isEmpty { return own }
    // Those of before lie with the entry's version, and are told apart by what they say.
    let terms = JSONValue.object(GrantDocument(grant, issued: grant.created).terms)
    let version = ResourceName.entryVersion(grant.entry, Int64(grant.entryVersion)).text
    return Array(
      try read(version, .subscribe).filter {
        (try? StatedDecision(bytes: $0.statement))?.decided["terms"] == terms
      }.prefix(1))
  }
}

extension ItemDecision {
  fileprivate var stated: JSONValue {
    var object: JSONObject = [
      "item": .string(item), "decision": .string(isApproved ? "approve" : "reject"),
      "reason": .string(reason),
    ]
    if let basis { object["basis"] = basis.stated }
    return .object(object)
  }
}
