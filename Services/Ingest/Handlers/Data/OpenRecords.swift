// OpenRecords: one subject's records under a grant. Not found is disclosed too, and a hidden row answers as an absent one.

package import Access
package import Contracts
import Crypto
import Database
import IngestIndex
import IngestRules
import IngestStore
import Integrity
import Vocabulary

extension IngestService {
  package func openRecords(
    _ request: IngestV1.OpenRecordsRequest, _ call: CallContext
  ) async throws -> IngestV1.OpenRecordsResponse {
    try await call.answering(outside.recorder) {
      try outside.admitData()
      let entry = try number(request.entry, in: .entries, field: "entry")
      let subject = try SubjectIdentifier(request.subject)
      let (document, terms) = try grant(
        request.grant,
        for: { department, document in
          DataRequest(
            department: department, entry: request.entry, use: .lookup,
            items: request.items.isEmpty ? document.items : request.items,
            purpose: request.purpose)
        }, call)
      let caseNumber = try bounded(request.caseNumber, field: "case_number")
      let items = request.items.isEmpty ? document.items : request.items
      return try await withRegister(entry) { keys, register in
        let (token, hits) = try await find(subject, keys, register)
        let sealed = try await sealedHits(hits, in: register)
        var disclosure = Disclosure(
          entry: entry, grant: document, items: items, tokens: token.bytes, hits: sealed,
          call: call, time: outside.civil())
        disclosure.draft.caseNumber = caseNumber
        let pseudonym = Pseudonym(of: keys.block(of: subject).bytes, key: self.keys.pseudonyms)
        disclosure.subject = pseudonym.text
        let day = today
        let written = try await disclose(disclosure, call) { transaction in
          let subjects = try transaction.useSubject(
            pseudonym.bytes, grant: terms.name, day: day)
          try terms.checkQuota(QuotaState(subjects: subjects))
        }
        let records = try await open(sealed, entry: entry, keys: keys)
        let shown = records.filter {
          $0.schema.shows($0.content.values, items: items, under: terms.filters)
        }
        try await withdraw(
          shown.map { Delivery(record: $0.record, row: $0.row) }, of: disclosure, id: written.id)
        return try await reply(shown, items, request, register, written.receipt)
      }
    }
  }

  /// The token of a subject, and its rows in the index.
  func find(
    _ subject: SubjectIdentifier, _ keys: RegisterKeySet, _ register: ServedRegister
  ) async throws -> (Token, [TokenIndex.Hit]) {
    try await pool.run {
      let token = try keys.token.token(of: keys.block(of: subject).bytes)
      let ordinals = register.index.ordinals(of: token)
      return (
        token, ordinals.isEmpty ? [] : register.index.hits(in: token.bytes)
      )
    }
  }

  private func reply(
    _ records: [OpenedRecord], _ items: [String], _ request: IngestV1.OpenRecordsRequest,
    _ register: ServedRegister, _ receipt: CommonV1.Receipt?
  ) async throws -> IngestV1.OpenRecordsResponse {
    let entry = register.state.entry
    let issues = try await database.read { try $0.underCheck(entry) }
    let personName = request.subject?.personName ?? ""
    return IngestV1.OpenRecordsResponse(
      records: records.map { record in
        IngestV1.Record(
          name: record.name, values: record.values(items), lineage: register.lineage(record.batch),
          underCheck: issues[record.record] != nil, issue: issues[record.record] ?? "",
          nameDiffers: !personName.isEmpty && record.subjectName.map { $0 != personName } ?? false)
      }, lineage: register.lineage(nil), receipt: receipt)
  }
}
