// Whether a grant covers a data call (AC-41, AC-45, AC-52; meizhou-public-2023/22, meizhou-specific-2021/20).

package import Vocabulary

/// How granted data are to be used in one call.
package enum DataUse: String, Sendable {
  case lookup, comparison
}

/// What of a grant bears on a call.
package struct GrantTerms: Hashable, Sendable {
  package let name: String
  package let entry: String
  package let grantee: DepartmentCode
  /// Systems of the grantee that may use it; empty for all of them.
  package let systems: Set<SystemName>
  package let items: Set<String>
  package let purpose: String
  package let uses: Set<DataUse>
  /// The last civil day of use.
  package let until: CivilDate
  package let filters: [RowFilter]
  /// Distinct subjects a civil day.
  package let dailySubjects: Int
  /// The department's roll; `nil` where the grant lets none be compared.
  package let roll: RollBound?
  package let recipients: [TermsRecipient]

  package init(
    name: String, entry: String, grantee: DepartmentCode, items: Set<String>, purpose: String,
    uses: Set<DataUse>, until: CivilDate, filters: [RowFilter], dailySubjects: Int,
    roll: RollBound?,
    systems: Set<SystemName> = [], recipients: [TermsRecipient] = []
  ) {
    self.name = name
    self.entry = entry
    self.grantee = grantee
    self.systems = systems
    self.items = items
    self.purpose = purpose
    self.uses = uses
    self.until = until
    self.filters = filters
    self.dailySubjects = dailySubjects
    self.roll = roll
    self.recipients = recipients
  }
}

/// What a caller wants under a grant.
package struct DataRequest: Hashable, Sendable {
  package let department: DepartmentCode
  /// Through which the call came; a person comes through the department's workstation.
  package let system: SystemName
  package let entry: String
  package let use: DataUse
  package let items: [String]
  package let purpose: String
  /// For whom the answer is, by its name in the grant; empty for the grantee's own use.
  package let recipient: String
  /// Where the system stands, by ISO 3166-1; empty for the mainland.
  package let systemRegion: String

  package init(
    department: DepartmentCode, system: SystemName, entry: String, use: DataUse, items: [String],
    purpose: String, recipient: String = "", systemRegion: String = ""
  ) {
    self.department = department
    self.system = system
    self.entry = entry
    self.use = use
    self.items = items
    self.purpose = purpose
    self.recipient = recipient
    self.systemRegion = systemRegion
  }
}

extension GrantTerms {
  /// Whether the grant covers a call. The refusals, in their order of precedence:
  ///
  /// 1. another department's grant
  /// 2. a system that is not among those the grant names
  /// 3. a grant on another entry
  /// 4. a use that was not granted
  /// 5. another purpose (AC-45)
  /// 6. an item that was not granted
  /// 7. a system abroad, a recipient or an item for it that was not granted (AC-46, AC-48, AC-51)
  /// 8. past its last day
  ///
  /// Whether Share has ended it is asked in the transaction that writes the disclosure.
  package func check(_ request: DataRequest, today: CivilDate) throws(DataRefusal) {
    guard request.department == grantee else { throw .otherGrantee(grant: name) }
    guard systems.isEmpty || systems.contains(request.system) else {
      throw .systemNotGranted(grant: name, system: request.system.text)
    }
    guard request.entry == entry else { throw .otherEntry(grant: name, entry: entry) }
    guard uses.contains(request.use) else { throw .useNotGranted(grant: name, use: request.use) }
    guard request.purpose == purpose else { throw .purposeDiffers(grant: name) }
    if let item = request.items.first(where: { !items.contains($0) }) {
      throw .itemNotGranted(grant: name, item: item)
    }
    try checkRecipient(request, today: today)
    guard today <= until else { throw .grantExpired(grant: name, until: until) }
  }
}
