// Recipients between the wire, the rules, the signed grant and the log.

package import Access
import Contracts
import Integrity
package import ShareRules
import Vocabulary

extension ShareV1.Recipient.Kind {
  init(_ kind: RecipientKind) {
    switch kind {
    case .thirdParty: self = .thirdParty
    case .everybody: self = .public
    case .ownSystem: self = .ownSystem
    }
  }
}

extension ShareV1.Recipient {
  init(_ recipient: Recipient) {
    self.init(
      kind: Kind(recipient.kind), name: recipient.name, title: recipient.title,
      purpose: recipient.purpose, items: recipient.items, region: recipient.region,
      deidentified: recipient.isDeidentified, personalConsent: recipient.personalConsent,
      exportAssessment: recipient.exportAssessment, securityReview: recipient.securityReview,
      recordsUntil: recipient.recordsUntil?.iso ?? "")
  }
}

extension Recipient {
  /// - Parameter path: Of the field, for a refusal.
  init(_ wire: ShareV1.Recipient, path: String) throws {
    guard
      let kind = RecipientKind.allCases.first(where: { ShareV1.Recipient.Kind($0) == wire.kind })
    else { throw RequestRefusal.missing(field: path + ".kind") }
    self.init(kind: kind, name: wire.name)
    title = wire.title
    purpose = wire.purpose
    items = wire.items
    region = wire.region
    isDeidentified = wire.deidentified
    personalConsent = wire.personalConsent
    exportAssessment = wire.exportAssessment
    securityReview = wire.securityReview
    recordsUntil = try day(wire.recordsUntil, field: path + ".records_until")
  }

  /// As the signed grant names it to Ingest.
  package var granted: GrantRecipient {
    GrantRecipient(
      name: name, isOwnSystem: kind == .ownSystem, items: items, region: region,
      until: recordsUntil)
  }

  /// As the log has it: whom, where, what, and on which records it rests.
  var logged: JSONValue {
    var object = JSONObject([
      ("name", .string(name)), ("kind", .string(kind.rawValue)), ("title", .string(title)),
      ("items", .array(items.map { .string($0) })),
    ])
    let more = [
      ("region", region), ("personal_consent", personalConsent),
      ("export_assessment", exportAssessment), ("security_review", securityReview),
      ("records_until", recordsUntil?.iso ?? ""),
    ]
    for (member, text) in more where !text.isEmpty { object[member] = .string(text) }
    return .object(object)
  }
}

extension [Recipient] {
  /// A member of an entry of the log; none where there are none.
  var loggedMembers: [(String, JSONValue)] {
    isEmpty ? [] : [("recipients", .array(map(\.logged)))]
  }
}

extension Application {
  /// What the log says of recipients and sensitive items; nothing where there are none.
  var safeguardMembers: [(String, JSONValue)] {
    func names(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
    var members = use.recipients.loggedMembers
    if !sensitiveItems.isEmpty { members.append(("sensitive_items", names(sensitiveItems))) }
    if use.recipients.isEmpty { return members }
    // To whom this reviewer consents, and in the end to whom all did.
    if let opinion = opinions.last { members.append(("consents", names(opinion.recipients))) }
    if state.isAnswered { members.append(("consented", names(consentedRecipients.map(\.name)))) }
    return members
  }
}
