// Whose people publish an entry and whose decide on grants of it, as registry and profile have it (AC-40, AC-43; e.1;
// meizhou-public-2023/7.1b, 8b, hebi-2021/8.2a, 10b, luyi-2019/4, 9). Ingest asks it of the signer where a seal is opened.

package import Regulation
package import Vocabulary

/// What the registry says of a department whose people sign, or whose register it is.
package struct SigningBody: Hashable, Sendable {
  package let code: DepartmentCode
  package let level: AdministrativeLevel
  /// GB/T 2260
  package let region: String
  /// It has no authority of its own: it is one.
  package let isAuthority: Bool
  /// Who decides where it is party: now, and who did when something was signed.
  package let authorities: Set<DepartmentCode>
  /// Which departments of its region have somebody with a role that counts for the whole region.
  package let holders: [Role: Set<DepartmentCode>]

  package init(
    code: DepartmentCode, level: AdministrativeLevel, region: String, isAuthority: Bool,
    authorities: Set<DepartmentCode>, holders: [Role: Set<DepartmentCode>] = [:]
  ) {
    self.code = code
    self.level = level
    self.region = region
    self.isAuthority = isAuthority
    self.authorities = authorities
    self.holders = holders
  }

  private var city: Substring { region.prefix(4) }
}

extension Profile {
  /// Whether people of a department publish an owner's entries: any of its reviewers' departments, never the owner; the owner where
  /// the text knows no reviewer.
  ///
  /// - Parameter isUpdate: Whether it is not the entry's first version.
  package func letsPublish(
    _ signer: SigningBody, for owner: SigningBody, isUpdate: Bool
  ) -> Bool {
    let reviewers = entryReviewers(isUpdate: isUpdate)?.value ?? []
    if reviewers.isEmpty { return signer.code == owner.code }
    return signer.code != owner.code && reviewers.contains { owner.isReviewed(as: $0, by: signer) }
  }
}

extension SigningBody {
  fileprivate func isReviewed(as reviewer: Reviewer, by signer: SigningBody) -> Bool {
    switch reviewer {
    case .sourceDepartment: false
    case .authority, .sameLevelAuthority: authorities.contains(signer.code)
    case .cityAuthority where isAuthority && level == .city: authorities.contains(signer.code)
    case .cityAuthority: signer.isAuthority && signer.level == .city && signer.city == city
    case .bigDataBureau: isConfirmed(by: signer)
    case .populationBaseAdministrator: isAdministered(by: signer)
    }
  }

  /// luyi-2019/9.2: the bureau confirms; its own entries the authority above, or the construction group.
  private func isConfirmed(by signer: SigningBody) -> Bool {
    authorities.isEmpty ? holds(.leadingGroup, signer) : authorities.contains(signer.code)
  }

  /// luyi-2019/9.1: an administrator of another department; the bureau where the owner has the only one.
  private func isAdministered(by signer: SigningBody) -> Bool {
    let all = holders[.populationBaseAdministrator] ?? []
    if all == [code] { return isConfirmed(by: signer) }
    return holds(.populationBaseAdministrator, signer)
  }

  private func holds(_ role: Role, _ signer: SigningBody) -> Bool {
    holders[role]?.contains(signer.code) ?? false
  }
}
