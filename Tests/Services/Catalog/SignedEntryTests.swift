// Deciding calls of the catalogue with the statement that fits, and with every one that does not (AC-10, AC-11).

import Access
import CatalogHandlers
import Contracts
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite(
  "What is submitted, reviewed and published is signed by the person who decides (AC-10, AC-11)")
struct SignedEntryTests {
  private let officer = "civil-affairs/li dept-officer"
  private let authority = "data-bureau/chen authority"

  private func sign(
    _ statement: [UInt8], _ person: String, _ department: String
  ) throws -> CommonV1.SignedDecision {
    CommonV1.SignedDecision(
      try CatalogCalls.persons().sign(
        statement, as: try #require(PersonID(person)),
        of: try #require(DepartmentCode(department))))
  }

  private func reason(_ body: () async throws -> Void) async -> String? {
    await status(body)?.trailers["weir-reason"]
  }

  @Test("AC-11 nothing goes on without a statement; with it, the log keeps statement and signature")
  func missing() async throws {
    let catalog = try await CatalogCalls()
    let unsigned = CatalogV1.CatalogClient(CatalogCalls.transport(to: catalog.server))
    let draft = try await catalog.draft("d")
    let submit = CatalogV1.SubmitEntryRequest(name: draft.name, requestID: "s")
    let review = CatalogV1.ReviewEntryRequest(
      name: draft.name, decision: .approve, requestID: "r", secrecyPassed: true)
    let publish = CatalogV1.PublishEntryRequest(name: draft.name, requestID: "p")
    #expect(
      await reason { _ = try await unsigned.submitEntry(submit, catalog.options(officer)) }
        == "decision.statement_missing")
    _ = try await catalog.client.submitEntry(submit, catalog.options(officer))
    #expect(
      await reason { _ = try await unsigned.reviewEntry(review, catalog.options(authority)) }
        == "decision.statement_missing")
    _ = try await catalog.client.reviewEntry(review, catalog.options(authority))
    #expect(
      await reason { _ = try await unsigned.publishEntry(publish, catalog.options(authority)) }
        == "decision.statement_missing")
    let published = try await catalog.client.publishEntry(publish, catalog.options(authority))
    #expect(published.state == .published && published.statement.isEmpty)
    for (topic, action, person) in [
      ("catalog.entry_submitted", DecisionAction.submitEntry, "civil-affairs/persons/li"),
      ("catalog.entry_approved", .reviewEntry, "data-bureau/persons/chen"),
      ("catalog.entry_published", .publishEntry, "data-bureau/persons/chen"),
    ] {
      let signed = try #require(SignedStatement(try await catalog.logged(topic)["signed"]))
      let stated = try StatedDecision(try Statement(bytes: signed.statement))
      #expect(stated.action == action && stated.personName == "departments/" + person)
      #expect(stated.resource == draft.name + "/versions/1")
      #expect(stated.decided["items"]?.array?.count == 3)
    }
    // Whoever begins to follow later gets the publisher's statement, too.
    let snapshot = try await catalog.server.publishedSnapshot()
    #expect(snapshot.first?.payload["signed"] != nil)
  }

  @Test("AC-11 a statement for one decision is not taken for another, nor another person's")
  func altered() async throws {
    let catalog = try await CatalogCalls()
    let unsigned = CatalogV1.CatalogClient(CatalogCalls.transport(to: catalog.server))
    let draft = try await catalog.draft("d")
    _ = try await catalog.client.submitEntry(
      CatalogV1.SubmitEntryRequest(name: draft.name, requestID: "s"), catalog.options(officer))
    var request = CatalogV1.ReviewEntryRequest(
      name: draft.name, decision: .return, reason: "要素不全", requestID: "r")
    request.validateOnly = true
    let asked = try await unsigned.reviewEntry(request, catalog.options(authority))
    #expect(asked.state == .returned && !asked.statement.isEmpty)
    request.validateOnly = false
    request.signed = try sign(asked.statement, "chen", "data-bureau")
    var approving = request
    approving.decision = .approve
    approving.secrecyPassed = true
    #expect(
      await reason { _ = try await unsigned.reviewEntry(approving, catalog.options(authority)) }
        == "decision.statement_differs")
    var worded = request
    worded.reason = "另有理由"
    #expect(
      await reason { _ = try await unsigned.reviewEntry(worded, catalog.options(authority)) }
        == "decision.statement_differs")
    var others = request
    others.signed = try sign(asked.statement, "ma", "data-bureau")
    #expect(
      await reason { _ = try await unsigned.reviewEntry(others, catalog.options(authority)) }
        == "decision.other_person")
    let returned = try await unsigned.reviewEntry(request, catalog.options(authority))
    #expect(returned.state == .returned)
    // Handed in again, the version is another: the statement of before decides nothing on it.
    _ = try await catalog.client.submitEntry(
      CatalogV1.SubmitEntryRequest(name: draft.name, requestID: "s-2"), catalog.options(officer))
    request.requestID = "r-2"
    #expect(
      await reason { _ = try await unsigned.reviewEntry(request, catalog.options(authority)) }
        == "decision.changed_meanwhile")
  }
}
