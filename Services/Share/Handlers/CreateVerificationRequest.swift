// CreateVerificationRequest: one claim on data that cannot be had (meizhou-public-2023/21.4; AC-42). The claim is sealed.

package import Access
package import Contracts
import Database
import Integrity
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func createVerificationRequest(
    _ request: ShareV1.CreateVerificationRequestRequest, _ call: CallContext
  ) async throws -> ShareV1.VerificationRequest {
    try await call.answering(outside.refusals) {
      let actor = actor(of: call)
      let subject = request.subject ?? IngestV1.Subject()
      if request.subject != nil { try checkSubject(subject) }
      let claim = VerificationClaim(
        item: request.item, hasSubject: request.subject != nil,
        hasValue: !request.assertedValue.isEmpty, purpose: request.purpose,
        caseNumber: request.caseNumber,
        legalBasis: try request.legalBasis.map { try LegalBasis($0, path: "legal_basis") })
      let time = now()
      let pseudonym = outside.vault.pseudonym(of: subject)
      let done = try await change(
        call, requestID: request.requestID, content: request, authorise: { _ in },
        needing: {
          let entry = try await entry(request.entry)
          try await readClaim(request, of: entry, call)
          return entry
        }
      ) { entry, transaction in
        let profile = try governingProfile(of: entry, in: outside.profiles, on: time.civilDate)
        let refused = try transaction.refusedApplications(
          entry: entry.number, applicant: actor.department)
        let standing = VerificationStanding(
          refusedItems: Set(refused.flatMap { $0.refusedItems }),
          attempts: try transaction.claimCount(
            entry: entry.number, requester: actor.department, pseudonym: pseudonym))
        let number = try transaction.nextNumber("verifications")
        let verification = try judged(under: profile) {
          try requestVerification(
            number, claim, on: entry, by: actor, standing: standing, under: $0, at: time)
        }
        var sealed = IngestV1.VerifyClaimRequest()
        sealed.entry = entry.name
        sealed.request = verification.name
        sealed.subject = subject
        sealed.item = claim.item
        sealed.assertedValue = request.assertedValue
        try transaction.insert(
          verification, pseudonym: pseudonym,
          sealed: try outside.vault.seal(sealed, request: number, in: transaction))
        try append("share.verification_requested", verification, call, to: transaction)
        // The refused application goes on as this request (e.4).
        if let parent = refused.first(where: { $0.refusedItems.contains(claim.item) }) {
          let converted = parent.converted(by: actor, to: verification.name, at: time)
          if converted != parent {
            try transaction.save(converted)
            try append("share.application_converted", converted, call, to: transaction)
          }
        }
        return message(verification, under: profile)
      }
      var reply = done.reply
      reply.receipt = done.receipt
      return reply
    }
  }

  /// Lets Ingest read the claim as it will be compared: what it could not hold is refused here, to whoever files it.
  private func readClaim(
    _ request: ShareV1.CreateVerificationRequestRequest, of entry: SharedEntry, _ call: CallContext
  ) async throws {
    guard request.subject != nil, !request.assertedValue.isEmpty, entry.item(request.item) != nil
    else { return }
    var claim = IngestV1.VerifyClaimRequest()
    claim.entry = entry.name
    claim.subject = request.subject
    claim.item = request.item
    claim.assertedValue = request.assertedValue
    try await outside.peers.readClaim(claim, try call.onward())
  }

  func message(
    _ verification: Verification, under profile: Profile
  ) -> ShareV1.VerificationRequest {
    var wire = ShareV1.VerificationRequest()
    wire.name = verification.name
    wire.entry = verification.entryName
    wire.requester = ResourceName.department(verification.requester).text
    wire.item = verification.item
    wire.purpose = verification.purpose
    wire.caseNumber = verification.caseNumber
    wire.state =
      switch verification.state {
      case .requested: .requested
      case .answered: .answered
      case .declined: .declined
      }
    wire.answer =
      switch verification.answer {
      case .match: .match
      case .noMatch: .noMatch
      case .notFound: .notFound
      case nil: .unspecified
      }
    wire.declineBasis = verification.declineBasis.map { CommonV1.Basis($0) }
    wire.declineReason = verification.declineReason
    wire.due = verification.reading(under: profile, calendar: outside.calendar, today: today)
      .map { CommonV1.DueDate($0) }
    wire.createTime = GoogleProtobuf.Timestamp(verification.created)
    wire.profile = verification.profile.text
    return wire
  }

  func append(
    _ topic: String, _ verification: Verification, _ call: CallContext,
    to transaction: borrowing WriteTransaction, more: [(String, JSONValue)] = []
  ) throws {
    try transaction.append(
      topic: topic,
      payload: event(
        call,
        [
          ("request", .string(verification.name)), ("entry", .string(verification.entryName)),
          ("department", .string(ResourceName.department(verification.requester).text)),
          ("source", .string(ResourceName.department(verification.source).text)),
          ("item", .string(verification.item)), ("purpose", .string(verification.purpose)),
          ("case", .string(verification.caseNumber)),
          ("basis", .string(verification.legalBasis.map { "\($0.title)\($0.article)" } ?? "")),
          ("state", .string(verification.state.rawValue)),
          ("profile", .string(verification.profile.text)),
        ] + more))
  }
}

extension Application {
  /// What was asked for and not granted.
  var refusedItems: [String] {
    let approved = Set(approvedItems)
    return use.items.filter { !approved.contains($0) }
  }
}
