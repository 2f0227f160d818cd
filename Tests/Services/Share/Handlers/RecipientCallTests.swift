// Recipients as departments state them, sources consent to them and calls name them.

import Access
import Contracts
import Crypto
import Database
import Integrity
import RPC
import TestSupport
import Testing

@Suite(
  "Data reach nobody but whom the application stated, the profile allows and the source consented to (AC-46, AC-48, AC-51)"
)
struct RecipientCallTests {
  @Test(
    "AC-48 in Meizhou never: neither another unit nor the public (meizhou-public-2023/39.3)",
    .obligation("meizhou-public-2023/39.3a"),
    arguments: [ShareV1.Recipient.Kind.thirdParty, .public])
  func neverInMeizhou(_ kind: ShareV1.Recipient.Kind) async throws {
    let share = try await ShareCalls()
    let answer = await refused {
      _ = try await share.submitted(
        to: [
          ShareCalls.recipient(kind) {
            $0.personalConsent = "知情同意书"
            $0.deidentified = true
          }
        ])
    }
    #expect(answer == ["share.recipient_forbidden", "meizhou-public-2023/39.3a"])
    await share.stop()
  }

  @Test("AC-48 in Hebi another unit never, in open or altered form (hebi-2021/27.i1)")
  func neverToThirdPartiesInHebi() async throws {
    let share = try await ShareCalls(profile: "hebi-2021")
    #expect(
      await refused {
        _ = try await share.submitted(to: [ShareCalls.recipient(.thirdParty)])
      } == ["share.recipient_forbidden", "hebi-2021/27.i1a"])
    await share.stop()
  }

  @Test(
    "AC-48 in Hebi it is published with the provider's consent alone, which no approval of items is (hebi-2021/27.i1)",
    .obligation("hebi-2021/27.i1b"),
    arguments: Backend.allCases)
  func consentInHebi(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend, profile: "hebi-2021")
    let bulletin = ShareCalls.recipient(.public) {
      $0.items = ["date", "court"]
      $0.deidentified = true
    }
    let asked = try await share.submitted(to: [bulletin])
    #expect(asked.recipients == [bulletin])
    #expect(asked.form?.json.contains("bulletin") == true)
    #expect(
      await reason {
        _ = try await share.review(asked.name, ShareCalls.approvals, consentingTo: ["press"])
      } == "share.recipient_not_asked")
    let silent = try await share.review(asked.name, ShareCalls.approvals)
    #expect(silent.state == .partlyApproved)
    #expect(try await share.grant(named: silent.grant).recipients.isEmpty)
    _ = try await share.lookup(silent.grant)
    let denied = await status {
      _ = try await share.lookup(silent.grant) { $0.recipient = "bulletin" }
    }
    #expect(denied?.code == .permissionDenied)
    #expect(denied?.trailers["weir-reason"] == "share.recipient_not_granted")
    #expect(denied?.trailers["weir-article"] == "hebi-2021/27.i1a")
    let noted = try #require(try await share.entries().last)
    let payload = try CanonicalJSON.decodeCanonical(noted.leaf.payload)
    #expect(noted.topic == "share.violation_candidate")
    #expect(payload["kind"] == "unauthorised_spread" && payload["grant"]?.string == silent.grant)
    let again = try await share.submitted("a-2", to: [bulletin])
    let consented = try await share.review(
      again.name, ShareCalls.approvals, "r-2", consentingTo: ["bulletin"])
    #expect(consented.state == .approved)
    try await used(share, consented.grant)
    await share.stop()
  }

  /// What reaches a recipient is what was consented to; grant, decision and log name it.
  private func used(_ share: ShareCalls, _ name: String) async throws {
    let grant = try await share.grant(named: name)
    #expect(grant.recipients.map(\.items) == [["date", "court"]])
    let found = try await share.lookup(name) { $0.recipient = "bulletin" }
    #expect(found.records.first?.values.map(\.item) == ["date", "court"])
    let opened = try #require(share.book.read { $0.opened.last })
    #expect(opened.recipient == "bulletin" && opened.items == ["date", "court"])
    let signed = try #require(opened.grant)
    let document = try GrantDocument(
      signed.json, signature: signed.signature, keys: [share.grantKey.publicKey])
    #expect(
      document.recipients == [
        GrantRecipient(name: "bulletin", isOwnSystem: false, items: ["date", "court"], region: "")
      ])
    #expect(
      await reason {
        _ = try await share.lookup(name) {
          $0.recipient = "bulletin"
          $0.items = ["name"]
        }
      } == "share.recipient_item_not_granted")
    #expect(
      await reason { _ = try await share.lookup(name) { $0.recipient = "press" } }
        == "share.recipient_not_granted")
    let entries = try await share.entries()
    func logged(_ topic: String) throws -> JSONValue {
      try CanonicalJSON.decodeCanonical(
        try #require(entries.last { $0.topic == topic }).leaf.payload)
    }
    #expect(
      try logged("share.application_answered")["consents"]?.array?.compactMap(\.string)
        == ["bulletin"])
    #expect(try logged("share.decision")["recipient"]?.string == "bulletin")
    let told = try logged("share.grant_activated")["recipients"]?.array?.first
    #expect(told?["name"]?.string == "bulletin" && told?["kind"]?.string == "public")
    #expect(
      try logged("share.application_answered")["consented"]?.array?.compactMap(\.string)
        == ["bulletin"])
  }

  @Test(
    "AC-48 in Hebi who can be identified must have consented; a name is never de-identified (hebi-2021/27.i1)"
  )
  func personalConsent() async throws {
    let share = try await ShareCalls(profile: "hebi-2021")
    let missing = ["share.personal_consent_missing", "hebi-2021/27.i1d"]
    #expect(
      await refused {
        _ = try await share.submitted("a-1", to: [ShareCalls.recipient(.public)])
      } == missing)
    #expect(
      await refused {
        _ = try await share.submitted(
          "a-2", to: [ShareCalls.recipient(.public) { $0.deidentified = true }])
      } == missing)
    let consented = try await share.submitted(
      "a-3", to: [ShareCalls.recipient(.public) { $0.personalConsent = "同意书〔2024〕3号" }])
    #expect(consented.state == .submitted)
    await share.stop()
  }

  @Test(
    "AC-46 AC-48 in Luyi another unit with the provider's consent (luyi-2019/15, 16)",
    .obligation("luyi-2019/16.2"))
  func consentInLuyi() async throws {
    let share = try await ShareCalls(profile: "luyi-2019")
    let asked = try await share.submitted(
      to: [ShareCalls.recipient(.thirdParty, "pension-bank")])
    let answered = try await share.review(
      asked.name, ShareCalls.approvals, consentingTo: ["pension-bank"])
    _ = try await share.fileModes(answered.grant, ["front_end_interface"])
    let found = try await share.lookup(answered.grant) { $0.recipient = "pension-bank" }
    #expect(found.records.first?.values.count == 4)
    #expect(
      await refused {
        _ = try await share.lookup(answered.grant) { $0.recipient = "insurer" }
      } == ["share.recipient_not_granted", "luyi-2019/16.2"])
    await share.stop()
  }

  @Test(
    "AC-46 a grantee adds no consumer: no other department's system, no call by another",
    .obligation("meizhou-public-2023/39.3a"))
  func noConsumer() async throws {
    let share = try await ShareCalls()
    #expect(
      await reason {
        _ = try await share.apply { $0.systems = ["departments/health/systems/payment"] }
      } == "request.malformed")
    let grant = try await share.grant()
    #expect(
      await reason { _ = try await share.lookup(grant.name, as: "health dept-system") }
        == "share.not_grantee")
    #expect(
      await refused { _ = try await share.lookup(grant.name) { $0.recipient = "health" } }
        == ["share.recipient_not_granted", "meizhou-public-2023/39.3a"])
    #expect(share.book.read { $0.opened.isEmpty })
    await share.stop()
  }

  @Test(
    "AC-51 a recipient abroad needs both records (hebi-2021/27.i9); elsewhere there is none",
    .obligation("hebi-2021/27.i9"))
  func recipientAbroad() async throws {
    let hebi = try await ShareCalls(profile: "hebi-2021")
    var abroad = ShareCalls.recipient(.public) {
      $0.items = ["date"]
      $0.deidentified = true
      $0.region = "SG"
    }
    let missing = ["share.abroad_record_missing", "hebi-2021/27.i9"]
    #expect(await refused { _ = try await hebi.submitted("a-1", to: [abroad]) } == missing)
    abroad.exportAssessment = "网信评估〔2024〕7号"
    #expect(await refused { _ = try await hebi.submitted("a-2", to: [abroad]) } == missing)
    abroad.securityReview = "国安审查〔2024〕2号"
    #expect(
      await refused { _ = try await hebi.submitted("a-5", to: [abroad]) }
        == ["share.field_missing", "hebi-2021/27.i9"])
    abroad.recordsUntil = "2024-03-03"
    #expect(
      await refused { _ = try await hebi.submitted("a-6", to: [abroad]) }
        == ["share.records_lapsed", "hebi-2021/27.i9"])
    abroad.recordsUntil = "2024-03-04"
    #expect(try await hebi.submitted("a-3", to: [abroad]).state == .submitted)
    abroad.region = "Singapore"
    #expect(
      await reason { _ = try await hebi.submitted("a-4", to: [abroad]) } == "share.field_malformed")
    await hebi.stop()
    let luyi = try await ShareCalls(profile: "luyi-2019")
    abroad.region = "SG"
    #expect(
      await refused { _ = try await luyi.submitted(to: [abroad]) }
        == ["share.abroad_forbidden", "weir-default/AC-51"])
    await luyi.stop()
  }

  @Test(
    "AC-51 a system abroad is denied unless the grant names it and where it stands",
    .obligation("hebi-2021/27.i9"))
  func endpointAbroad() async throws {
    let share = try await ShareCalls(profile: "hebi-2021")
    let atHome = ShareCalls.recipient(.ownSystem, "payment")
    #expect(
      await reason { _ = try await share.submitted("a-0", to: [atHome]) } == "share.field_malformed"
    )
    let liaison = ShareCalls.recipient(.ownSystem, "payment") {
      $0.region = "HK"
      $0.items = ["name", "date"]
      $0.exportAssessment = "网信评估〔2024〕7号"
      $0.securityReview = "国安审查〔2024〕2号"
      $0.recordsUntil = "2024-04-30"
    }
    let plain = try await share.submitted("a-1", to: [liaison])
    let without = try await share.review(plain.name, ShareCalls.approvals, "r-1").grant
    let abroad = "human-resources@HK dept-system"
    #expect(
      await refused { _ = try await share.lookup(without, as: abroad) }
        == ["share.system_abroad", "hebi-2021/27.i9"])
    #expect(
      await reason { _ = try await share.prepare(without, rows: 3, as: abroad) }
        == "share.system_abroad")
    #expect(try await share.topics().last == "share.violation_candidate")
    let named = try await share.submitted("a-2", to: [liaison])
    let grant = try await share.review(
      named.name, ShareCalls.approvals, "r-2", consentingTo: ["payment"]
    ).grant
    let found = try await share.lookup(grant, as: abroad)
    #expect(found.records.first?.values.map(\.item) == ["name", "date"])
    #expect(try await share.lookup(grant).records.first?.values.count == 4)
    #expect(
      await reason { _ = try await share.lookup(grant, as: "human-resources@SG dept-system") }
        == "share.system_abroad")
    #expect(
      await reason { _ = try await share.lookup(grant, as: abroad) { $0.items = ["court"] } }
        == "share.recipient_item_not_granted")
    // The records end before the grant.
    share.clock.pass(seconds: 60 * 86_400)
    #expect(
      await refused { _ = try await share.lookup(grant, as: abroad) }
        == ["share.records_lapsed", "hebi-2021/27.i9"])
    #expect(try await share.lookup(grant).records.first?.values.count == 4)
    await share.stop()
  }
}
