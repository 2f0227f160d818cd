// OpenRecords: one subject's records under a grant. Not found is disclosed too, and a hidden row answers as an absent one.

package import Access
package import Contracts
import Crypto
import Database
import IngestIndex
import IngestRules
import IngestStore
import Integrity
import Regulation
import Vocabulary

extension IngestService {
  package func openRecords(
    _ request: IngestV1.OpenRecordsRequest, _ call: CallContext
  ) async throws -> IngestV1.OpenRecordsResponse {
    try await call.answering(outside.recorder) {
      try outside.admitData()
      try await requireKnownGrants()
      let entry = try number(request.entry, in: .entries, field: "entry")
      let subject = try SubjectIdentifier(request.subject)
      let granted = try await grant(
        request.grant, naming: subject.bytes,
        in: [("entry", .string(request.entry)), ("purpose", .string(request.purpose))],
        for: { caller, document in
          DataRequest(
            department: caller.department, system: caller.system, entry: request.entry,
            use: .lookup,
            items: request.items.isEmpty ? document.items : request.items,
            purpose: request.purpose, recipient: request.recipient,
            systemRegion: caller.systemRegion)
        }, call)
      let (document, terms) = (granted.document, granted.terms)
      let caseNumber = try bounded(request.caseNumber, field: "case_number")
      let items = request.items.isEmpty ? document.items : request.items
      return try await withRegister(entry) { keys, register in
        try checkSource(register, of: granted)
        let sealed = try await sealedHits(try await find(subject, keys, register), in: register)
        let block = keys.block(of: subject)
        var disclosure = Disclosure(
          entry: entry, grant: document.name, grantee: document.grantee,
          purpose: document.purpose, items: items,
          subjects: try self.keys.subjects.tokens(of: block.bytes), hits: sealed, call: call,
          time: outside.civil())
        disclosure.draft.caseNumber = caseNumber
        disclosure.recipient = request.recipient
        disclosure.origin = granted.origin
        let pseudonym = Pseudonym(of: block.bytes, key: self.keys.pseudonyms)
        disclosure.subject = blindedName(of: block.bytes)
        disclosure.touches = canaries.touched(in: block.bytes)
        let (near, day) = (neighbourhood(of: block), today)
        let written = try await tellingEnumeration(
          of: near, day: day, under: terms.name, entry: request.entry,
          by: call.caller.department.text, call
        ) {
          try await disclose(
            disclosure, of: register, call,
            charge: charge(pseudonym.bytes, near, granted, day: day))
        }
        let opened = try await open(
          sealed, under: disclosure, id: written.id, in: register, keys: keys)
        let shown = opened.records.filter {
          $0.schema.shows($0.content.values, items: items, under: terms.filters)
        }
        try await withdraw(
          shown.map { Delivery(record: $0.record, row: $0.row) }, of: disclosure, id: written.id)
        let personName = request.subject?.personName ?? ""
        return IngestV1.OpenRecordsResponse(
          records: shown.map { $0.message(items, opened, personName, register) },
          lineage: register.lineage(nil), receipt: written.receipt)
      }
    }
  }

  /// Charges the day's persons, and those of one area and day of birth (AC-47).
  private func charge(
    _ subject: [UInt8], _ near: [UInt8]?, _ granted: OpenGrant, day: CivilDate
  ) -> @Sendable (borrowing WriteTransaction) throws -> Void {
    let (terms, limit) = (granted.terms, granted.profile.dailyNeighbours)
    return { transaction in
      let subjects = try transaction.useSubject(subject, grant: terms.name, day: day)
      try terms.checkQuota(QuotaState(subjects: subjects))
      guard let near else { return }
      try terms.checkNeighbours(
        try transaction.useNeighbour(subject, of: near, grant: terms.name, day: day), limit: limit)
    }
  }

  /// A subject's rows in the index.
  func find(
    _ subject: SubjectIdentifier, _ keys: RegisterKeySet, _ register: ServedRegister
  ) async throws -> [TokenIndex.Hit] {
    try await pool.run {
      let token = try keys.token.token(of: keys.block(of: subject).bytes)
      let ordinals = register.index.ordinals(of: token)
      return ordinals.isEmpty ? [] : register.index.hits(in: token.bytes)
    }
  }
}

extension OpenedRecord {
  fileprivate func message(
    _ items: [String], _ opened: Opened, _ personName: String, _ register: ServedRegister
  ) -> IngestV1.Record {
    let issue = opened.issues[record]
    return IngestV1.Record(
      name: name, values: values(items, masks: opened.masks), lineage: register.lineage(batch),
      underCheck: issue != nil, issue: issue ?? "",
      nameDiffers: !personName.isEmpty && subjectName.map { $0 != personName } ?? false)
  }
}
