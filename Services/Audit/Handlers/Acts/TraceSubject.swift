// Who looked at one person: under an act of two persons, to the one who asked for it (AC-93).

package import Access
import AuditRules
import AuditStore
package import Contracts
import Database
import Integrity
import Vocabulary

extension AuditCalls {
  package func traceSubject(
    _ request: AuditV1.TraceSubjectRequest, _ call: CallContext
  ) async throws -> AuditV1.ListEntriesResponse {
    try await call.answering(refusals) {
      if request.comparisons { return try await traceComparisons(request, call) }
      guard let start = PageToken(request.pageToken, count: 1)?.numbers[0], start >= 0 else {
        throw RequestRefusal.pageTokenUnknown
      }
      let subject = request.subject ?? .init()
      let act = try await readable(request, call)
      // Only now, and for this reading: nobody here keeps what ties the person to the name.
      let name = try await acts.nameSubject(
        IngestV1.NameSubjectRequest(
          subject: subject, act: act.name, decisions: try await decisions(on: act),
          salt: try keys.actCode(of: subject.identity)))
      guard let traced = TracedSubject(name) else {
        throw LogFault.broken("a person's name in the entries is none")
      }
      let page = try await page(
        EntryFilter(subject: traced), try await view(of: call.caller), from: UInt64(start),
        size: request.pageSize)
      try await note(
        "audit.subject_traced",
        [
          "act": .string(act.name), "count": .integer(Int64(page.entries.count)),
        ], call)
      return page
    }
  }

  /// The disclosures of the chunks that named the person, as the log has them.
  ///
  /// A chunk that Ingest knows of and the log lacks is not made up for: what is shown is evidence.
  private func traceComparisons(
    _ request: AuditV1.TraceSubjectRequest, _ call: CallContext
  ) async throws -> AuditV1.ListEntriesResponse {
    let subject = request.subject ?? .init()
    let act = try await readable(request, call)
    let found = try await acts.findComparisons(
      IngestV1.ListSubjectComparisonsRequest(
        subject: subject, act: act.name, pageToken: request.pageToken,
        decisions: try await decisions(on: act), salt: try keys.actCode(of: subject.identity)))
    let view = try await view(of: call.caller)
    var entries: [AuditV1.Entry] = []
    for chunk in found.chunks {
      let page = try await page(
        EntryFilter(disclosureOf: chunk.callID), view, from: 0, size: 0)
      entries += page.entries.filter { entry in
        let payload = try? CanonicalJSON.decode(entry.payload)
        return payload?["comparison"]?.string == chunk.comparison
          && payload?["chunk"]?.integer == Int64(chunk.number)
      }
    }
    try await note(
      "audit.subject_traced",
      [
        "act": .string(act.name), "comparisons": .integer(Int64(found.chunks.count)),
        "count": .integer(Int64(entries.count)),
      ], call)
    return .init(entries: entries, nextPageToken: found.nextPageToken)
  }

  /// The act under which the caller may have this person traced, now.
  private func readable(
    _ request: AuditV1.TraceSubjectRequest, _ call: CallContext
  ) async throws -> TwoPersonAct {
    let number = try Self.number(request.act, field: "act")
    let code = try digest(of: request.subject)
    guard let act = try await database.read({ try $0.act(number) }) else {
      throw AuditRefusal.noSuchAct(request.act)
    }
    try act.requireReadable(by: call.principal, about: code, at: acts.real())
    return act
  }

  /// The statements of both persons.
  private func decisions(on act: TwoPersonAct) async throws -> [CommonV1.SignedDecision] {
    let kept = try await database.read { transaction in
      try [DecisionAction.requestAct, .approveAct].flatMap {
        try transaction.statements(on: act.name, action: $0.rawValue)
      }
    }
    return try kept.compactMap { SignedStatement(try CanonicalJSON.decode($0)) }
      .map { CommonV1.SignedDecision($0) }
  }
}
