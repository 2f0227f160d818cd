// Verification requests as departments call them, over TLS, with a real store.

import Contracts
import Database
import RPC
import Regulation
import ShareHandlers
import ShareRules
import ShareStore
import TestSupport
import Testing
import Vocabulary

@Suite("A claim is answered match or no match (meizhou-public-2023/21.4, AC-42)")
struct VerificationCallTests {
  @Test(
    "sealed until decided, then wiped; answered once", .obligation("meizhou-public-2023/21.4"),
    arguments: Backend.allCases)
  func answered(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let request = try await share.claim("illness", "v-1")
    #expect(request.name == "verification-requests/V-1")
    #expect(request.state == .requested)
    #expect(request.due?.date == "2024-03-11")
    let sealed = try #require(try await share.database.read { try $0.sealedClaim(1) })
    #expect(!contains(sealed, Array("尘肺病".utf8)))
    #expect(!contains(sealed, try ShareCalls.person(7)))
    #expect(try await share.duties(ShareCalls.source).map(\.action) == ["decide"])
    let done = try await share.decide(request.name, .accept, "d-1")
    #expect(done.state == .answered)
    #expect(done.answer == .match)
    // AC-94: kept with the answer, so that a later calendar does not move it.
    #expect(
      try await share.database.read {
        try $0.verification(1)?.answered?.due.date.iso == "2024-03-11"
      })
    let asked = try #require(share.book.read { $0.verified.first })
    #expect(asked.assertedValue == "尘肺病")
    #expect(asked.subject?.block == (try ShareCalls.person(7)))
    #expect(asked.request == request.name)
    #expect(try await share.database.read { try $0.sealedClaim(1) } == nil)
    #expect(try await share.decide(request.name, .accept, "d-1").answer == .match)
    #expect(share.book.read { $0.verified.count } == 1)
    #expect(
      await reason { _ = try await share.decide(request.name, .accept, "d-2") }
        == "share.wrong_state")
    #expect(
      try await share.topics() == [
        "share.verification_requested", "share.decision", "share.verification_answered",
        "share.replayed",
      ])
    await share.stop()
  }

  @Test(
    "absence is told as no match where membership may harm", .obligation("meizhou-public-2023/21.4")
  )
  func absence() async throws {
    let share = try await ShareCalls()
    share.book.change { $0.answer = .notFound }
    let first = try await share.claim("illness", "v-1")
    #expect(try await share.decide(first.name, .accept, "d-1").answer == .noMatch)
    share.book.change { $0.membershipHarmless = true }
    let second = try await share.claim("illness", "v-2")
    #expect(try await share.decide(second.name, .accept, "d-2").answer == .notFound)
    await share.stop()
  }

  @Test(
    "declined only with law; three claims about one person; another person is another matter",
    .obligation("meizhou-public-2023/21.4"))
  func limits() async throws {
    let share = try await ShareCalls()
    let request = try await share.claim("illness", "v-1")
    #expect(
      await reason {
        _ = try await share.decide(request.name, .decline, "d-1") { $0.reason = "不便" }
      } == "share.basis_missing")
    #expect(
      await reason { _ = try await share.decide(request.name, .accept, "d-2", as: ShareCalls.user) }
        == "share.not_reviewer")
    let declined = try await share.decide(request.name, .decline, "d-3") {
      $0.reason = "涉密"
      $0.basis = CommonV1.Basis(kind: .law, title: "职业病防治法", article: "第一条")
    }
    #expect(declined.state == .declined)
    _ = try await share.claim("illness", "v-2")
    _ = try await share.claim("illness", "v-3")
    #expect(
      await reason { _ = try await share.claim("illness", "v-4") } == "share.attempts_exhausted")
    _ = try await share.claim("illness", "v-5", last: 8)
    await share.stop()
  }

  @Test("a refused item may be verified, and the application goes on as that request (e.4)")
  func refusedItem() async throws {
    let share = try await ShareCalls()
    #expect(
      await reason { _ = try await share.claim("judgment", "v-0") }
        == "share.verification_not_needed")
    let draft = try await share.apply()
    _ = try await share.submit(draft.name)
    let all: Set<String> = ["name", "date", "court", "judgment"]
    let rejected = try await share.review(draft.name, ShareCalls.decisions(refusing: all))
    #expect(rejected.state == .rejected)
    #expect(rejected.grant.isEmpty)
    #expect(rejected.nextStep?.english.contains("verif") == true)
    _ = try await share.claim("judgment", "v-1")
    let now = try await share.client.getApplication(
      ShareV1.GetApplicationRequest(name: draft.name),
      try share.options(ShareCalls.user, path: "GetApplication"))
    #expect(now.state == .converted)
    await share.stop()
  }

  @Test("M6 three spellings of one foreign document are one person to the limit")
  func spellings() async throws {
    let share = try await ShareCalls()
    func claim(_ number: String, _ id: String) async throws {
      _ = try await share.client.createVerificationRequest(
        ShareV1.CreateVerificationRequestRequest(
          entry: "entries/E-3",
          subject: IngestV1.Subject(
            documentType: "passport", documentNumber: number, personName: "A"), item: "illness",
          assertedValue: "尘肺病", purpose: "工伤认定", caseNumber: "W-1", requestID: id),
        try share.options(ShareCalls.user, path: "CreateVerificationRequest"))
    }
    for (index, number) in ["e1234", "E1234", " e12 34 "].enumerated() {
      try await claim(number, "p-\(index)")
    }
    #expect(
      await reason { try await claim("E 1234", "p-4") } == "share.attempts_exhausted")
    try await claim("E1235", "p-5")
    await share.stop()
  }

  @Test("a claim that Ingest could never compare is refused as it is filed")
  func malformedClaim() async throws {
    let share = try await ShareCalls()
    let refused = await status {
      _ = try await share.client.createVerificationRequest(
        ShareV1.CreateVerificationRequestRequest(
          entry: "entries/E-3", subject: IngestV1.Subject(block: try ShareCalls.person(7)),
          item: "illness", assertedValue: "不可能", purpose: "工伤认定", caseNumber: "W-1",
          requestID: "m-1"),
        try share.options(ShareCalls.user, path: "CreateVerificationRequest"))
    }
    #expect(refused?.code == .invalidArgument)
    #expect(try await share.database.read { try $0.verification(1) } == nil)
    await share.stop()
  }

  private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    guard bytes.count >= part.count else { return false }
    return (0...(bytes.count - part.count)).contains {
      Array(bytes[$0..<$0 + part.count]) == part
    }
  }
}
