// VerifyClaim: match or no match on a register that is not shared, for the source that accepted the request (AC-42).

package import Access
package import Contracts
import Database
import IngestRules
import IngestStore
import Integrity
import Vocabulary

extension IngestService {
  package func verifyClaim(
    _ request: IngestV1.VerifyClaimRequest, _ call: CallContext
  ) async throws -> IngestV1.VerifyClaimResponse {
    try await call.answering(outside.recorder) {
      try outside.admitData()
      let entry = try number(request.entry, in: .entries, field: "entry")
      _ = try number(request.request, in: .verificationRequests, field: "request")
      let subject = try SubjectIdentifier(request.subject)
      let claim = AssertedValue(
        personName: request.subject?.personName ?? "", item: request.item,
        value: request.assertedValue)
      return try await withRegister(entry) { keys, register in
        guard register.state.owner == call.caller.department else {
          throw DataRefusal.notOwner(entry: request.entry)
        }
        let (_, hits) = try await find(subject, keys, register)
        let sealed = try await sealedHits(hits, in: register)
        let pseudonym = Pseudonym(of: keys.block(of: subject).bytes, key: self.keys.pseudonyms)
        // The answer itself stands nowhere but in the answer: a log of answers would be the register.
        let payload = event(
          call,
          [
            ("entry", .string(request.entry)), ("request", .string(request.request)),
            ("item", .string(request.item)), ("subject", .string(pseudonym.text)),
          ])
        let committed = try await database.writeWithEvidence { transaction in
          try transaction.append(topic: "ingest.claim_verified", payload: payload)
        }
        let records = try await open(sealed, entry: entry, keys: keys)
          .filter { !$0.schema.term(of: $0.content.values).isRevoked }
        let schema = register.batches[register.state.newestBatch]?.terms.schema
        let answer =
          records.isEmpty
          ? claim.answer([], schema: schema ?? EntrySchema(items: []))
          : answer(claim, records)
        return IngestV1.VerifyClaimResponse(
          answer: answer.message, receipt: receipt(committed.evidence))
      }
    }
  }

  /// Records may be of several versions of the entry; one that matches is enough.
  private func answer(_ claim: AssertedValue, _ records: [OpenedRecord]) -> ClaimAnswer {
    let isMet = records.contains {
      claim.answer([$0.content.values], schema: $0.schema) == .match
    }
    return isMet ? .match : .noMatch
  }
}

extension ClaimAnswer {
  fileprivate var message: IngestV1.VerifyClaimResponse.Answer {
    switch self {
    case .match: .match
    case .noMatch: .noMatch
    case .notFound: .notFound
    }
  }
}
