// The documents by which bodies govern their data, and which of them a body lacks (guangdong-2018/27.2, 27.3a; hebi-2021/24a).

package import Regulation
package import Vocabulary

/// A document on record; its text stays with the body and is known by its hash.
package struct GovernanceDocument: Hashable, Sendable {
  package let department: DepartmentCode
  package let kind: DocumentKind
  package let version: Int64
  package let title: String
  package let sha256: [UInt8]
  package let review: CivilDate
  /// The last day on which it holds; `nil` without an end.
  package let validUntil: CivilDate?
  package let parts: [DocumentPart]
  /// Who put it on record and answers for it.
  package let registrant: String
  package let time: Instant

  package init(
    department: DepartmentCode, kind: DocumentKind, version: Int64, title: String,
    sha256: [UInt8], review: CivilDate, validUntil: CivilDate?, parts: [DocumentPart],
    registrant: String, time: Instant
  ) {
    self.department = department
    self.kind = kind
    self.version = version
    self.title = title
    self.sha256 = sha256
    self.review = review
    self.validUntil = validUntil
    self.parts = parts
    self.registrant = registrant
    self.time = time
  }

  package var name: String { "departments/\(department.text)/documents/\(kind.rawValue)" }
}

/// Checks a document to be put on record: each body keeps its own (hebi-2021/26.1a), and versions count up.
///
/// Order of precedence: the manager's reach, title, hash, the next version.
package func requireRegistrable(
  _ document: GovernanceDocument, newest: Int64, in department: RegisteredDepartment,
  by manager: RegistryManager
) throws(RegistryRefusal) {
  try requireManagement(
    of: department, by: manager, ownRoles: [.departmentHead, .departmentSecurity])
  try requireTitle(document.title, field: "document.title")
  guard document.sha256.count == 32 else { throw .malformed(field: "document.sha256", .hash) }
  guard document.version == newest + 1 else { throw .exists("\(document.name)@\(newest)") }
}

/// What a body lacks of the documents that the governing text asks of it.
package struct DocumentGap: Hashable, Sendable {
  package enum Kind: String, Sendable {
    case missing, expired
    case partMissing = "part_missing"
    case reviewOverdue = "review_overdue"
  }

  package let department: DepartmentCode
  package let document: DocumentKind
  package let kind: Kind
  package let citation: Citation
  /// `nil` for what was never there.
  package let since: CivilDate?

  package init(
    department: DepartmentCode, document: DocumentKind, kind: Kind, citation: Citation,
    since: CivilDate?
  ) {
    self.department = department
    self.document = document
    self.kind = kind
    self.citation = citation
    self.since = since
  }
}

/// The gaps of a body on a day, in the order in which its text asks (meizhou-specific-2021/32.2, 32.3a; meizhou-public-2023/38a, 39.1a;
/// hebi-2021/23a, 24a, 26.1a; guangdong-2018/27.2, 27.3a). Of one document the first gap alone is told.
///
/// - Parameter documents: The current ones of the body.
package func documentGaps(
  of department: RegisteredDepartment, holding documents: [GovernanceDocument],
  under profile: Profile, on day: CivilDate
) -> [DocumentGap] {
  profile.documentDuties(isAuthority: department.isAuthority).compactMap { duty in
    func gap(_ kind: DocumentGap.Kind, since: CivilDate?) -> DocumentGap {
      DocumentGap(
        department: department.code, document: duty.kind, kind: kind, citation: duty.citation,
        since: since)
    }
    guard let held = documents.first(where: { $0.kind == duty.kind }) else {
      return gap(.missing, since: nil)
    }
    if let end = held.validUntil, end < day { return gap(.expired, since: end) }
    if !Set(duty.parts).isSubset(of: held.parts) { return gap(.partMissing, since: nil) }
    return held.review < day ? gap(.reviewOverdue, since: held.review) : nil
  }
}
