// Governance documents in the gateway's database.

package import Database
package import GatewayRules
import Regulation
package import Vocabulary

extension SQLReading where Self: ~Copyable {
  /// All versions of all documents of a body, by kind, the newest first.
  package func governanceDocuments(
    of department: DepartmentCode
  ) throws -> [GovernanceDocument] {
    try query(
      """
      SELECT department, kind, version, title, sha256, review, valid_until, parts, registrant, time
      FROM governance_documents WHERE department = ?1 ORDER BY kind, version DESC
      """, [department.text]
    ).map { try GovernanceDocument(row: $0) }
  }
}

extension WriteTransaction {
  package func save(_ document: GovernanceDocument) throws {
    try execute(
      """
      INSERT INTO governance_documents (department, kind, version, title, sha256, review,
        valid_until, parts, registrant, time)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      """,
      [
        document.department.text, document.kind.rawValue, document.version, document.title,
        document.sha256, document.review.dayNumber, document.validUntil?.dayNumber,
        document.parts.map(\.rawValue).joined(separator: ","), document.registrant,
        document.time.milliseconds,
      ])
  }
}

extension GovernanceDocument {
  fileprivate init(row: Row) throws {
    let (department, kind, parts): (String, String, String) = (try row[0], try row[1], try row[7])
    let review: Int64 = try row[5]
    let end: Int64? = try row[6]
    guard let code = DepartmentCode(department), let kind = DocumentKind(rawValue: kind) else {
      throw RegistryDamage(place: "governance_documents \(department)")
    }
    self.init(
      department: code, kind: kind, version: try row[2], title: try row[3], sha256: try row[4],
      review: CivilDate(dayNumber: Int(review)),
      validUntil: end.map { CivilDate(dayNumber: Int($0)) },
      parts: parts.split(separator: ",").compactMap { DocumentPart(rawValue: String($0)) },
      registrant: try row[8], time: Instant(milliseconds: try row[9]))
  }
}
