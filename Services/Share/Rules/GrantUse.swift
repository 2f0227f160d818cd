// Whether a call fits its grant: unit, state, end, mode, items, purpose (AC-41, AC-45, AC-52; meizhou-public-2023/22). The
// quota is kept where records are opened.

package import Vocabulary

/// What a data call wants of a grant.
package struct GrantCall: Hashable, Sendable {
  package let department: DepartmentCode
  package let mode: UseMode
  /// Empty for all granted items.
  package let items: [String]
  package let purpose: String
  package let today: CivilDate

  package init(
    department: DepartmentCode, mode: UseMode, items: [String], purpose: String, today: CivilDate
  ) {
    self.department = department
    self.mode = mode
    self.items = items
    self.purpose = purpose
    self.today = today
  }
}

extension Grant {
  /// Checks a call, in this order: whose it is, whether it is in force, what it lets do.
  ///
  /// - Returns: The items to be opened.
  package func check(_ call: GrantCall) throws(ShareRefusal) -> [String] {
    guard call.department == grantee else { throw .notGrantee(grant: name) }
    switch state {
    case .active: break
    case .pendingAcceptance: throw .grantPending(grant: name)
    case .suspended: throw .grantSuspended(grant: name)
    case .expired: throw .grantExpired(grant: name, until: until)
    case .revoked: throw .grantRevoked(grant: name)
    case .ended: throw .grantEnded(grant: name)
    }
    // The clock decides, not the job that writes the state down.
    guard call.today <= until else { throw .grantExpired(grant: name, until: until) }
    guard modes.contains(call.mode) else { throw .modeNotGranted(grant: name, mode: call.mode) }
    for item in call.items where !items.contains(item) {
      throw .itemNotGranted(grant: name, item: item, granted: items)
    }
    if call.purpose.isEmpty { throw .purposeMissing(grant: name) }
    guard call.purpose == purpose else { throw .purposeDiffers(grant: name) }
    return call.items.isEmpty ? items : call.items
  }
}
