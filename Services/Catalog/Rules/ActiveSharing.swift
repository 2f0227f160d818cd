// What is shared without being asked for, and to whom a conditional entry is open (luyi-2019/10; meizhou-public-2023/9.3, 9.4).

import Regulation
import Vocabulary

/// Checks the class of active sharing that an entry bears: one that the text knows, on an entry that is unconditional, and for the third
/// class with the decision of the construction group (luyi-2019/10.i1 to 10.i3).
func checkActiveSharing(
  _ content: EntryContent, registers: RegisterFacts, under profile: Profile
) throws(CatalogRefusal) {
  guard let sharing = content.activeSharing else { return }
  guard let known = profile.activeSharing, known.value.contains(sharing) else {
    throw .activeSharingUnknown(
      path: "entry.active_sharing",
      citation: profile.cite(.catalogActiveSharing, else: .accessRule(14)))
  }
  guard content.shareType == .unconditional else {
    throw .itemMalformed(
      path: "entry.share_type",
      rule: BilingualText("主动共享的应为无条件共享", "what is actively shared is unconditional"))
  }
  guard sharing == .determined else { return }
  let isDecided = registers.permits(content.groupDecision) {
    $0.kind == "active_sharing" && $0.entry == registers.entry
  }
  guard isDecided else {
    throw .groupDecisionMissing(path: "entry.group_decision", citation: known.citation)
  }
}

/// Checks that what is unconditional is for all bodies: it names none (meizhou-public-2023/9.3); naming some is for conditional ones
/// (9.4).
func checkShareScope(_ content: EntryContent, under profile: Profile) throws(CatalogRefusal) {
  guard content.shareType != .conditional, !content.shareDepartments.isEmpty else { return }
  throw .itemMalformed(
    path: "entry.share_departments",
    rule: BilingualText("只有有条件共享才能限定部门", "departments are named of conditional sharing only"))
}
