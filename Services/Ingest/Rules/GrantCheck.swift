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
  package let items: Set<String>
  package let purpose: String
  package let uses: Set<DataUse>
  /// The last civil day of use.
  package let until: CivilDate
  package let filters: [RowFilter]
  /// Distinct subjects a civil day; 0 for no limit.
  package let dailySubjects: Int
  /// Rows of the department's roll; `nil` where the grant lets no roll be compared.
  package let rollRows: Int?

  package init(
    name: String, entry: String, grantee: DepartmentCode, items: Set<String>, purpose: String,
    uses: Set<DataUse>, until: CivilDate, filters: [RowFilter], dailySubjects: Int, rollRows: Int?
  ) {
    self.name = name
    self.entry = entry
    self.grantee = grantee
    self.items = items
    self.purpose = purpose
    self.uses = uses
    self.until = until
    self.filters = filters
    self.dailySubjects = dailySubjects
    self.rollRows = rollRows
  }
}

/// What a caller wants under a grant.
package struct DataRequest: Hashable, Sendable {
  package let department: DepartmentCode
  package let entry: String
  package let use: DataUse
  package let items: [String]
  package let purpose: String

  package init(
    department: DepartmentCode, entry: String, use: DataUse, items: [String], purpose: String
  ) {
    self.department = department
    self.entry = entry
    self.use = use
    self.items = items
    self.purpose = purpose
  }
}

extension GrantTerms {
  /// Whether the grant covers a call. The refusals, in their order of precedence:
  ///
  /// 1. another department's grant
  /// 2. a grant on another entry
  /// 3. a use that was not granted
  /// 4. another purpose (AC-45)
  /// 5. an item that was not granted
  /// 6. past its last day
  ///
  /// Whether Share has ended it is asked in the transaction that writes the disclosure.
  package func check(_ request: DataRequest, today: CivilDate) throws(DataRefusal) {
    guard request.department == grantee else { throw .otherGrantee(grant: name) }
    guard request.entry == entry else { throw .otherEntry(grant: name, entry: entry) }
    guard uses.contains(request.use) else { throw .useNotGranted(grant: name, use: request.use) }
    guard request.purpose == purpose else { throw .purposeDiffers(grant: name) }
    if let item = request.items.first(where: { !items.contains($0) }) {
      throw .itemNotGranted(grant: name, item: item)
    }
    guard today <= until else { throw .grantExpired(grant: name, until: until) }
  }
}
