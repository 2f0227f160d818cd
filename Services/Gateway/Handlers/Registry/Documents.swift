// The methods about governance documents: what bodies hold, and what they lack.

package import Access
package import Contracts
import Database
import GatewayRules
import GatewayStore
import Regulation
import Vocabulary

extension RegistryService {
  package func registerDocument(
    _ request: RegistryV1.RegisterDocumentRequest, _ call: CallContext
  ) async throws -> RegistryV1.GovernanceDocument {
    try await answering(call) {
      let document = try GovernanceDocument(
        request.document ?? RegistryV1.GovernanceDocument(), by: call.principal, at: civil())
      return try await change(
        request, requestID: request.requestID, call, reach: managing(document.department)
      ) { transaction, manager in
        let newest = try transaction.governanceDocuments(of: document.department)
          .first { $0.kind == document.kind }?.version
        try requireRegistrable(
          document, newest: newest ?? 0, in: try transaction.known(document.department),
          by: manager)
        try transaction.save(document)
        return RegistryOutcome(
          reply: document.message, rows: [],
          event: RegistryEvent(
            topic: "registry.document_registered", subject: document.name,
            fields: [
              ("version", String(document.version)), ("title", document.title),
              ("review_date", document.review.iso),
            ]))
      }
    }
  }

  package func listDocuments(
    _ request: RegistryV1.ListDocumentsRequest, _ call: CallContext
  ) async throws -> RegistryV1.ListDocumentsResponse {
    try await answering(call) {
      let code = try departmentCode(request.parent, field: "parent")
      let caller = call.caller
      let rows = try await store.database.read { transaction in
        try transaction.requireListing(of: code, by: caller)
        return try transaction.governanceDocuments(of: code)
      }
      return RegistryV1.ListDocumentsResponse(documents: rows.map(\.message))
    }
  }

  package func listDocumentGaps(
    _ request: RegistryV1.ListDocumentGapsRequest, _ call: CallContext
  ) async throws -> RegistryV1.ListDocumentGapsResponse {
    try await answering(call) {
      let page = try PageRequest(size: request.pageSize, token: request.pageToken)
      let (today, roles) = (civil().civilDate, call.caller.roles)
      let department = call.caller.department
      let profile = law.law.profiles.governing([], on: today)
      let (bodies, next, gaps) = try await store.database.read { transaction in
        let reader = try transaction.known(department)
        let (shown, next) = page.cut(try transaction.departments(page.page), key: \.code.text)
        var gaps: [DocumentGap] = []
        guard let profile else { return (shown.count, next, gaps) }
        // The auditor inspects all; an authority those whom it governs (meizhou-public-2023/5.i1).
        for body in shown where body.state == .active {
          guard roles.contains(.auditor) || governs(reader, body) else { continue }
          let held = try transaction.governanceDocuments(of: body.code)
          gaps += documentGaps(of: body, holding: held, under: profile, on: today)
        }
        return (shown.count, next, gaps)
      }
      return RegistryV1.ListDocumentGapsResponse(
        gaps: gaps.map { gap in
          RegistryV1.DocumentGap(
            department: ResourceName.department(gap.department).text, kind: gap.document.rawValue,
            gap: gap.kind.rawValue, article: gap.citation.text, since: gap.since?.iso ?? "")
        }, nextPageToken: bodies == 0 ? "" : next)
    }
  }
}

extension GovernanceDocument {
  fileprivate init(
    _ message: RegistryV1.GovernanceDocument, by person: String, at time: Instant
  ) throws(RegistryRefusal) {
    let parts = message.name.split(separator: "/", omittingEmptySubsequences: false)
    let stated = message.parts.compactMap { DocumentPart(rawValue: $0) }
    guard parts.count == 4, parts[0] == "departments", parts[2] == "documents",
      let code = DepartmentCode(String(parts[1])),
      let kind = DocumentKind(rawValue: String(parts[3])), stated.count == message.parts.count
    else { throw .malformed(field: "document.name", .document) }
    guard let review = CivilDate(iso: message.reviewDate) else {
      throw .malformed(field: "document.review_date", .day)
    }
    let end = CivilDate(iso: message.validUntil)
    guard message.validUntil.isEmpty || end != nil else {
      throw .malformed(field: "document.valid_until", .day)
    }
    self.init(
      department: code, kind: kind, version: Int64(message.version), title: message.title,
      sha256: message.sha256, review: review, validUntil: end, parts: stated, registrant: person,
      time: time)
  }

  var message: RegistryV1.GovernanceDocument {
    .with {
      $0.name = name
      $0.version = Int32(clamping: version)
      $0.title = title
      $0.sha256 = sha256
      $0.reviewDate = review.iso
      $0.validUntil = validUntil?.iso ?? ""
      $0.parts = parts.map(\.rawValue)
      $0.registrant = registrant
      $0.time = time.timestamp
    }
  }
}
