// Whether a grant is what its reviewers put their names to, whoever signed the grant (AC-41, AC-43, AC-44, AC-55).

import Crypto
import Integrity
import Vocabulary

/// Why a grant opens nothing, though Share signed it.
package enum GrantReviewError: Error, Hashable, Sendable {
  /// Nobody's statement came with it.
  case undecided
  case tooManyDecisions
  case statement(DecisionRefusal)
  /// A statement is no opinion on this application, under this profile.
  case otherDecision(member: String)
  /// The terms that a reviewer saw are not those of the grant.
  case otherTerms
  /// A reviewer has not approved the item.
  case itemNotApproved(String)
  /// A reviewer has not consented to the recipient, or not for all that it has.
  case recipientNotConsented(String)
  /// Somebody of neither source nor authority, or of the grantee itself.
  case notReviewer(String)
  /// What is open to all was taken into use by nobody of the grantee.
  case notGrantee(String)
  case samePersonTwice(String)
  /// The source's or the authority's opinion is missing, or the second person's of the source.
  case sideMissing
}

extension GrantDocument {
  /// The most opinions that an application has: two of each side.
  package static let mostDecisions = 4

  /// Holds a grant of an application to its reviewers' own statements. Nothing in it rests on Share's word.
  ///
  /// - Parameters:
  ///   - needsAuthority: Whether the profile asks the authority, too (meizhou-specific-2021/21, guangdong-2018/19).
  ///   - sensitive: Items that the publisher of the entry graded so; those that the reviewers' statements name count, too.
  package func checkReview(
    _ decisions: [SignedStatement], by check: DecisionCheck, needsAuthority: Bool,
    sensitive: Set<String> = []
  ) throws(GrantReviewError) {
    guard !decisions.isEmpty else { throw .undecided }
    guard decisions.count <= Self.mostDecisions else { throw .tooManyDecisions }
    var persons: Set<String> = []
    var ofSource = 0
    var ofAuthority = 0
    var isSensitive = items.contains(where: sensitive.contains)
    for signed in decisions {
      let stated: StatedDecision
      do throws(DecisionRefusal) { stated = try check.read(signed) } catch {
        throw .statement(error)
      }
      let opinion = try opinion(stated)
      for item in items where !opinion.approved.contains(item) { throw .itemNotApproved(item) }
      try checkConsents(opinion)
      isSensitive = isSensitive || items.contains(where: opinion.sensitive.contains)
      guard stated.department != grantee,
        stated.department == source || stated.department == authority
      else { throw .notReviewer(stated.personName) }
      guard persons.insert(stated.personName).inserted else {
        throw .samePersonTwice(stated.personName)
      }
      if stated.department == source { ofSource += 1 }
      if stated.department == authority { ofAuthority += 1 }
    }
    // A department that is both speaks by as many people as both together.
    let needed = (source: isSensitive ? 2 : 1, authority: needsAuthority ? 1 : 0)
    guard ofSource >= needed.source, ofAuthority >= needed.authority,
      persons.count >= needed.source + needed.authority
    else { throw .sideMissing }
  }

  /// Holds a grant of what is open to all to the statement of the person who took it into use: nobody else speaks of its terms.
  package func checkSubscription(
    _ decisions: [SignedStatement], by check: DecisionCheck
  ) throws(GrantReviewError) {
    guard let signed = decisions.first else { throw .undecided }
    guard decisions.count == 1 else { throw .tooManyDecisions }
    let stated: StatedDecision
    do throws(DecisionRefusal) { stated = try check.read(signed) } catch {
      throw .statement(error)
    }
    guard stated.action == .subscribe else { throw .otherDecision(member: "action") }
    guard stated.resource == "\(entry)/versions/\(entryVersion)" else {
      throw .otherDecision(member: "resource")
    }
    guard stated.profile == profile else { throw .otherDecision(member: "profile") }
    guard stated.department == grantee else { throw .notGrantee(stated.personName) }
    guard stated.decided["terms"] == .object(terms) else { throw .otherTerms }
    let asked = texts(stated.decided["items"])
    for item in items where !asked.contains(item) { throw .itemNotApproved(item) }
  }

  /// What a grant rests on, and what no second grant may rest on: its application; else what the subscriber signed, which another
  /// signature of the same does not change. Names and numbers of grants are Share's own.
  package func origin(_ decisions: [SignedStatement]) -> String {
    if !application.isEmpty { return application }
    return "subscriptions/" + Hex.encode(SHA256.hash(decisions.first?.statement ?? []))
  }

  /// Holds a grant to what the publisher of its entry signed (AC-40).
  ///
  /// - Parameter publication: Of the version that is published now, as the catalogue told it.
  /// - Returns: What was signed. Whether its signer is one who publishes is for whoever knows the departments.
  package func checkPublication(
    _ publication: SignedStatement?, by check: DecisionCheck
  ) throws(GrantReviewError) -> StatedDecision {
    guard let publication else { throw .undecided }
    let stated: StatedDecision
    do throws(DecisionRefusal) { stated = try check.read(publication) } catch {
      throw .statement(error)
    }
    try checkPublished(stated)
    return stated
  }

  /// The same of a statement whose signature was found good. What nobody reviewed must be open to all; what is not shared at all,
  /// no reviewer opens.
  package func checkPublished(_ stated: StatedDecision) throws(GrantReviewError) {
    guard stated.action == .publishEntry else { throw .otherDecision(member: "action") }
    guard let version = ResourceName(stated.resource, in: .versions),
      version.parentNumber == ResourceName(entry, in: .entries)?.number
    else { throw .otherDecision(member: "resource") }
    guard stated.decided["owner"]?.string == ResourceName.department(source).text else {
      throw .otherDecision(member: "owner")
    }
    let types: [ShareType] =
      application.isEmpty ? [.unconditional] : [.unconditional, .conditional]
    let open = (stated.decided["items"]?.array ?? []).filter { item in
      types.contains { $0.rawValue == item["share_type"]?.string }
    }.compactMap { $0["name"]?.string }
    for item in items where !open.contains(item) { throw .itemNotApproved(item) }
    if application.isEmpty, let recipient = recipients.first {
      throw .recipientNotConsented(recipient.name)
    }
  }

  /// What a reviewer's statement says of this grant.
  private struct Opinion {
    let approved: Set<String>
    let sensitive: Set<String>
    let consents: Set<String>
    let asked: [GrantRecipient]
  }

  private func opinion(_ stated: StatedDecision) throws(GrantReviewError) -> Opinion {
    guard stated.action == .reviewApplication else { throw .otherDecision(member: "action") }
    guard !application.isEmpty, stated.resource == application else {
      throw .otherDecision(member: "resource")
    }
    guard stated.profile == profile else { throw .otherDecision(member: "profile") }
    guard stated.decided["terms"] == .object(terms) else { throw .otherTerms }
    var approved: Set<String> = []
    for decision in stated.decided["decisions"]?.array ?? [] {
      guard let item = decision["item"]?.string else { throw .otherDecision(member: "decisions") }
      if decision["decision"]?.string == "approve" { approved.insert(item) }
    }
    var asked: [GrantRecipient] = []
    for recipient in stated.decided["recipients"]?.array ?? [] {
      do throws(GrantDocumentError) { asked.append(try GrantRecipient(recipient)) } catch {
        throw .otherDecision(member: "recipients")
      }
    }
    return Opinion(
      approved: approved, sensitive: texts(stated.decided["sensitive_items"]),
      consents: texts(stated.decided["consents"]), asked: asked)
  }

  private func texts(_ json: JSONValue?) -> Set<String> {
    Set((json?.array ?? []).compactMap(\.string))
  }

  /// Each recipient was asked for and consented to, with no more items than asked, in the same place, until the same day.
  private func checkConsents(_ opinion: Opinion) throws(GrantReviewError) {
    for recipient in recipients {
      guard opinion.consents.contains(recipient.name),
        let asked = opinion.asked.first(where: { $0.name == recipient.name }),
        asked.isOwnSystem == recipient.isOwnSystem, asked.region == recipient.region,
        asked.until == recipient.until, Set(recipient.items).isSubset(of: asked.items)
      else { throw .recipientNotConsented(recipient.name) }
    }
  }
}

extension StatedDecision {
  /// Of a publication, the items at or above a grade (AC-55).
  package func items(gradedFrom threshold: Int) -> Set<String> {
    Set(
      (decided["items"]?.array ?? []).filter { ($0["grade"]?.integer ?? 0) >= threshold }
        .compactMap { $0["name"]?.string })
  }

  /// Of a publication, how values are shown, by item; `nil` where it does not say.
  package var masks: [String: String]? {
    guard let masks = decided["masks"]?.object else { return nil }
    return Dictionary(
      masks.members.map { ($0.name, $0.value.string ?? "") },
      uniquingKeysWith: { first, _ in first })
  }
}
