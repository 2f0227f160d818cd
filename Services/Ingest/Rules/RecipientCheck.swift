// Whom an answer may reach beyond the grantee's own use at home: those whom the signed grant names, each for its items alone
// (AC-46, AC-48, AC-51; meizhou-public-2023/39, hebi-2021/27, luyi-2019/16).

package import Vocabulary

/// A recipient that a grant names.
package struct TermsRecipient: Hashable, Sendable {
  package let name: String
  /// A system of the grantee that stands abroad, rather than somebody else.
  package let isOwnSystem: Bool
  package let items: Set<String>
  /// ISO 3166-1; empty for the mainland.
  package let region: String
  /// The last civil day on which the records behind it hold; `nil` for as long as the grant.
  package let until: CivilDate?

  package init(
    name: String, isOwnSystem: Bool, items: Set<String>, region: String, until: CivilDate?
  ) {
    self.name = name
    self.isOwnSystem = isOwnSystem
    self.items = items
    self.region = region
    self.until = until
  }
}

extension GrantTerms {
  /// Checks where a call's answer goes. A system abroad is named with its region; whoever else is to have the answer by its name.
  func checkRecipient(_ request: DataRequest, today: CivilDate) throws(DataRefusal) {
    if isAbroad(request.systemRegion) {
      try check(request, named: request.system.text, today) {
        $0.isOwnSystem && $0.region == request.systemRegion
      }
    }
    if !request.recipient.isEmpty {
      try check(request, named: request.recipient, today) { !$0.isOwnSystem }
    }
  }

  private func check(
    _ request: DataRequest, named recipient: String, _ today: CivilDate,
    where fits: (TermsRecipient) -> Bool
  ) throws(DataRefusal) {
    guard let found = recipients.first(where: { $0.name == recipient && fits($0) }) else {
      throw .recipientNotGranted(grant: name, recipient: recipient)
    }
    if let until = found.until, until < today {
      throw .recipientLapsed(grant: name, recipient: recipient, until: until)
    }
    if let item = request.items.first(where: { !found.items.contains($0) }) {
      throw .recipientItem(grant: name, recipient: recipient, item: item)
    }
  }
}
