// Who may report an error (AC-60): who holds a grant on the entry, or any counter for a person who came to it.

package import Regulation
package import Vocabulary

/// A grant as Share answers it.
package struct GrantFacts: Hashable, Sendable {
  package let name: String
  package let entry: String
  package let grantee: DepartmentCode
  /// Active or suspended; a grant that has ended or waits for acceptance gives no right.
  package let isHeld: Bool

  package init(name: String, entry: String, grantee: DepartmentCode, isHeld: Bool) {
    self.name = name
    self.entry = entry
    self.grantee = grantee
    self.isHeld = isHeld
  }
}

/// AC-60 (meizhou-specific-2021/30a, meizhou-public-2023/23a, hebi-2021/13.1a): a department reports what it received under
/// a grant of its own on this very entry. Data subjects speak through any department's counter
/// (meizhou-public-2023/35b).
///
/// - Parameter grant: What Share says of the named grant; `nil` when there is none.
package func checkFilingRight(
  _ report: IssueReport, on entry: EntryFacts, by actor: Actor, grant: GrantFacts?,
  under profile: Profile
) throws(FeedbackRefusal) {
  guard report.reporter == .grantHolder || !report.grant.isEmpty else { return }
  let citation = issueCitation(profile)
  if report.grant.isEmpty { throw .grantMissing(citation) }
  guard let grant, grant.name == report.grant, grant.entry == entry.name,
    grant.grantee == actor.department, grant.isHeld
  else { throw .notHolder(grant: report.grant, entry: entry.name, citation) }
}

/// The article by which issues are reported at all.
func issueCitation(_ profile: Profile) -> Citation {
  profile.issueChannels?.citation ?? .accessRule(60)
}

/// The article by which a person may have an error put right (meizhou-public-2023/35b).
func personCitation(_ profile: Profile) -> Citation {
  profile.cite(.feedbackDataSubjectRights, else: .accessRule(66))
}
