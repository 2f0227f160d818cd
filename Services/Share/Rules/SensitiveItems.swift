// Sensitive and important items: authorised expressly, and by two people of the source (hebi-2021/26, 27; AC-55).

package import Regulation
package import Vocabulary

extension SharedEntry {
  /// Of some items those whose grade is at or above the profile's threshold.
  func sensitive(_ items: [String], under profile: Profile) -> [String] {
    guard let threshold = profile.secondApprovalGrade?.value else { return [] }
    return items.filter { name in item(name).map { $0.grade >= threshold } ?? false }
  }
}

/// Checks that nothing sensitive is taken without an application: what is open to all still wants the source's express word.
func checkAuthorised(
  _ items: [String], of entry: SharedEntry, under profile: Profile
) throws(ShareRefusal) {
  guard let item = entry.sensitive(items, under: profile).first else { return }
  throw .safeguard(
    .authorisationNeeded(
      item: item, citation: profile.cite(.shareSecondApprovalGrade, else: .accessRule(55))))
}

extension Application {
  /// The application with what of it is sensitive, as the catalogue grades it now; what was so before remains so.
  package func graded(by entry: SharedEntry, under profile: Profile) -> Application {
    var next = self
    let sensitive = Set(entry.sensitive(use.items, under: profile)).union(sensitiveItems)
    next.sensitiveItems = use.items.filter(sensitive.contains)
    return next
  }

  /// How many people of a side must speak: of the source two, once one has approved a sensitive item.
  func opinionsNeeded(of side: Reviewer) -> Int {
    guard side == .sourceDepartment,
      opinions.contains(where: { $0.side == side && $0.approves(anyOf: sensitiveItems) })
    else { return 1 }
    return 2
  }

  /// Checks that the second word is another person's.
  func checkSecondApproval(by actor: Actor, under profile: Profile) throws(ShareRefusal) {
    guard opinionsNeeded(of: .sourceDepartment) == 2, canSpeak(actor, for: .sourceDepartment),
      opinions.filter({ $0.side == .sourceDepartment }).count == 1,
      opinions.contains(where: { $0.side == .sourceDepartment && $0.person == actor.name })
    else { return }
    throw .samePerson(
      resource: name, citation: profile.cite(.shareSecondApprovalGrade, else: .accessRule(55)))
  }

  /// Whether a person's word is what the application waits for.
  package func awaits(_ actor: Actor, under profile: Profile) -> Bool {
    awaitedReviewers(under: profile).contains { canSpeak(actor, for: $0) }
      && !opinions.contains { $0.person == actor.name }
  }
}

extension Grant {
  /// Ends where a new version of its entry grades one of its items so high that two people of the source must approve it, and they
  /// have not; `nil` where it goes on.
  ///
  /// - Parameter grades: Of the items of the new version, by their names.
  package func regraded(
    _ grades: [String: Int], version: Int, under profile: Profile, at time: Instant
  ) -> Grant? {
    guard let threshold = profile.secondApprovalGrade?.value,
      let item = items.first(where: {
        grades[$0, default: 0] >= threshold && !twiceApproved.contains($0)
      })
    else { return nil }
    return ended(
      reason: "\(item): grade \(grades[item, default: 0]), \(entryName)/versions/\(version)",
      at: time)
  }
}

extension Opinion {
  fileprivate func approves(anyOf items: [String]) -> Bool {
    decisions.contains { $0.isApproved && items.contains($0.item) }
  }
}
