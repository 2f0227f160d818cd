// Whether a call fits its grant: unit, system, state, end, mode, items, purpose (AC-41, AC-45, AC-47, AC-52;
// meizhou-public-2023/22). The quota is kept where records are opened.

package import Regulation
package import Vocabulary

/// What a data call wants of a grant.
package struct GrantCall: Hashable, Sendable {
  package let actor: Actor
  package let mode: UseMode
  /// Empty for all granted items.
  package let items: [String]
  package let purpose: String
  package let today: CivilDate
  /// For whom the answer is, by its name in the grant; empty for the grantee's own use.
  package let recipient: String
  /// The case for which one person is looked up.
  package let caseNumber: String

  package init(
    by actor: Actor, mode: UseMode, items: [String], purpose: String, today: CivilDate,
    recipient: String = "", caseNumber: String = ""
  ) {
    self.actor = actor
    self.mode = mode
    self.items = items
    self.purpose = purpose
    self.today = today
    self.recipient = recipient
    self.caseNumber = caseNumber
  }
}

extension Grant {
  /// Checks a call, in this order: whose it is, whether it is in force, what it lets do.
  ///
  /// - Parameter profile: The grant's own.
  /// - Returns: The items to be opened.
  package func check(_ call: GrantCall, under profile: Profile) throws(ShareRefusal) -> [String] {
    try requireUser(call.actor)
    guard admits(call.actor.system) else {
      throw .systemNotGranted(grant: name, system: call.actor.system?.text ?? "")
    }
    try checkInForce(call, under: profile)
    guard modes.contains(call.mode) else { throw .modeNotGranted(grant: name, mode: call.mode) }
    let admitted = try itemsAdmitted(for: call, under: profile)
    for item in call.items where !items.contains(item) {
      throw .itemNotGranted(grant: name, item: item, granted: items)
    }
    if call.purpose.isEmpty { throw .purposeMissing(grant: name) }
    guard call.purpose == purpose else { throw .purposeDiffers(grant: name) }
    // Data serve a concrete business (meizhou-specific-2021/20c, guangdong-2018/16.2a).
    if call.mode == .lookup, call.caseNumber.isEmpty, let rule = profile.caseNumberRequired,
      rule.value
    {
      throw .fieldMissing(
        path: "case_number", term: BilingualText("办件编号", "case number"),
        citation: rule.citation)
    }
    return call.items.isEmpty ? admitted : call.items
  }

  package func requireUser(_ actor: Actor) throws(ShareRefusal) {
    guard actor.department == grantee else { throw .notGrantee(grant: name) }
  }

  /// Whether a system may use it; one that is not known uses no grant that names systems.
  private func admits(_ system: SystemName?) -> Bool {
    systems.isEmpty || system.map(systems.contains) ?? false
  }

  private func checkInForce(_ call: GrantCall, under profile: Profile) throws(ShareRefusal) {
    let isFiled = profile.grantActivation?.value != .filing || accessModes.contains(call.accessMode)
    switch state {
    case .active: break
    case .pendingAcceptance:
      throw isFiled ? .grantPending(grant: name) : notFiled(call.accessMode, under: profile)
    case .suspended:
      if awaitsMounting { throw .entryUnmounted(entry: entryName) }
      throw awaitsGrantee ? .granteeDisabled(grant: name) : .grantSuspended(grant: name)
    case .expired: throw .grantExpired(grant: name, until: until)
    case .revoked: throw .grantRevoked(grant: name)
    case .ended: throw .grantEnded(grant: name)
    }
    // The clock decides, not the job that writes the state down.
    guard call.today <= until else { throw .grantExpired(grant: name, until: until) }
    guard isFiled else { throw notFiled(call.accessMode, under: profile) }
  }
}
