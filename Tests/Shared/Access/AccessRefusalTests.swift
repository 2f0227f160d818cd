// Every refusal of access has its reason, its sentences and its way onto the wire.

import Access
import RPC
import Testing
import Vocabulary

private let every: [AccessRefusal] = {
  let code = DepartmentCode("civil-affairs")
  let at = Instant(milliseconds: 1_709_514_000_000)
  return [
    .certificateMissing, .certificateUnregistered(serial: "a1"),
    .certificateNotYetValid(serial: "a1", from: at), .certificateExpired(serial: "a1", at: at),
    .certificateRevoked(serial: "a1", reason: "lost", at: at),
    .certificateOnRevocationList(serial: "a1", issuer: "CN=root"),
    .revocationListEnded(serial: "a1", issuer: "CN=root"),
    .systemDisabled(serial: "a1", system: "departments/d1/systems/s1"),
    .personDisabled(serial: "a1", person: "departments/d1/persons/p1", successor: nil),
    .responsibleMissing(serial: "a1", system: "departments/d1/systems/s1"),
    .internalMethod("/a.B/C"), .personRequired, .personCertificateRequired,
    .roleMissing(needed: [.authority]), .directServiceCall, .notThroughGateway("/a.B/C"),
    .notVia(method: "/a.B/C"), .peerNotNamed(method: "/a.B/C", peer: "feedback"), .entryMismatch,
    .callIDMissing, .ticketMissing,
    .rateLimited(retryAfterMilliseconds: 40), .serviceUnavailable("share"),
    .registryUnconfirmed,
  ] + (code.map { [.departmentDisabled(serial: "a1", $0)] } ?? [])
    + TicketError.allCases.map { .ticketRefused($0) }
    + PersonTokenError.allCases.map { .stated(.token($0)) }
    + [
      .foreign("departments/d1/persons/p1"), .unknown("departments/d1/persons/p1"),
      .disabled("departments/d1/persons/p1", successor: nil),
      .runElsewhere("departments/d1/runs/r1", system: "s1"),
      .runUnanswered("departments/d1/runs/r1"), .roleMissing(needed: [.departmentOfficer]),
    ].map { .stated($0) }
}()

@Suite("A refusal of access explains itself")
struct AccessRefusalTests {
  @Test("each has a reason of its own under access., and a sentence in both languages")
  func sentences() {
    #expect(Set(every.map(\.reason)).count == every.count)
    for refusal in every {
      #expect(refusal.reason.hasPrefix("access."))
      #expect(!refusal.sentence.chinese.isEmpty && !refusal.sentence.english.isEmpty)
    }
  }

  @Test("what is no one known is UNAUTHENTICATED and names the serial and whom to ask")
  func unauthenticated() {
    for refusal in every where refusal.reason.hasPrefix("access.certificate_") {
      #expect(refusal.kind == .unauthenticated)
      #expect(refusal.nextStep != nil)
      guard refusal != .certificateMissing else { continue }
      #expect(refusal.sentence.english.contains("a1"))
      #expect(refusal.sentence.chinese.contains("a1"))
    }
  }

  @Test("every refusal but overload and outage rests on an article")
  func citations() {
    for refusal in every where refusal.kind != .tooMuch && refusal.kind != .unavailable {
      #expect(refusal.citation?.isOfText == true, "\(refusal.reason)")
    }
  }

  @Test("the status bears code, message in the language asked for, and plain trailers")
  func status() {
    let status = Status(
      AccessRefusal.roleMissing(needed: [.authority]), language: .english, reference: "c0ffee")
    #expect(status.code == .permissionDenied)
    #expect(status.message == "None of your roles permits this.")
    #expect(status.trailers["weir-reason"] == "access.role_missing")
    #expect(status.trailers["weir-article"] == "luyi-2019/18.2a")
    #expect(status.trailers["weir-reference"] == "c0ffee")
    #expect(status.trailers["weir-field"] == nil)
    #expect(status.details.count > 100)
    let chinese = Status(AccessRefusal.entryMismatch, language: .chinese, reference: "")
    #expect(chinese.message == "入口方法与所调方法不符。")
    #expect(chinese.trailers["weir-reference"] == nil)
  }

  @Test("a refusal that waiting cures says for how long, in the trailer and as RetryInfo")
  func retryDelay() {
    let limited = Status(
      AccessRefusal.rateLimited(retryAfterMilliseconds: 1_500), language: .english, reference: "")
    #expect(limited.trailers["weir-retry-after-ms"] == "1500")
    #expect(String(decoding: limited.details, as: UTF8.self).contains("google.rpc.RetryInfo"))
    let refused = Status(AccessRefusal.entryMismatch, language: .english, reference: "")
    #expect(refused.trailers["weir-retry-after-ms"] == nil)
    #expect(!String(decoding: refused.details, as: UTF8.self).contains("RetryInfo"))
  }

  @Test(
    "each kind of refusal has its code",
    arguments: [
      (RefusalKind.malformed, StatusCode.invalidArgument), (.notFound, .notFound),
      (.alreadyExists, .alreadyExists), (.wrongState, .failedPrecondition),
      (.notAllowed, .permissionDenied), (.unauthenticated, .unauthenticated),
      (.lostRace, .aborted), (.tooMuch, .resourceExhausted), (.unavailable, .unavailable),
      (.damaged, .dataLoss),
    ])
  func codes(kind: RefusalKind, code: StatusCode) {
    #expect(kind.code == code)
  }

  @Test(
    "a peer with a defect is told which, in its language; an expired one is left to those who look further",
    arguments: [
      (PeerCertificate.Defect.expired, "access.certificate_expired"),
      (.revoked, "access.certificate_on_revocation_list"),
      (.revocationListEnded, "access.revocation_list_ended"),
    ])
  func unfitPeer(_ defect: PeerCertificate.Defect, _ reason: String) {
    func answer(_ error: Int, _ language: String, leavesExpired: Bool = false) -> Status? {
      let peer = PeerCertificate(
        der: [], sha256: [], serialHex: "A1", uris: [], issuer: "CN=root", notBefore: 0,
        notAfter: 1_709_514_000, verifyError: error)
      var metadata = Metadata()
      metadata.append(CallMetadata.language, language)
      return unfitPeerRefusal(leavesExpired: leavesExpired)(
        peer,
        ServerContext(
          path: "/a.B/C", metadata: metadata, peer: Peer(address: "", certificate: peer),
          deadline: nil))
    }
    for language in ["zh", "en"] {
      let status = answer(defect.rawValue, language)
      #expect(status?.code == .unauthenticated && status?.trailers["weir-reason"] == reason)
      #expect(status?.message.contains("a1") == true)
    }
    #expect(answer(defect.rawValue, "zh")?.message != answer(defect.rawValue, "en")?.message)
    #expect((answer(defect.rawValue, "en", leavesExpired: true) == nil) == (defect == .expired))
    #expect(answer(0, "en") == nil)
  }

  @Test("a refusal whose rule names no next step tells that of its kind, in the caller's language")
  func nextStepOfKind() {
    for kind in RefusalKind.allCases {
      let refusal = Bare(kind: kind)
      #expect(refusal.toldStep == kind.nextStep)
      #expect(kind.nextStep.chinese != kind.nextStep.english)
      for language in [Language.chinese, .english] {
        let step = Status(refusal, language: language, reference: "").trailers["weir-next-step"]
        #expect(step == PercentText.encode(kind.nextStep.text(in: language)))
      }
    }
  }
}

/// A refusal that says what it must and nothing more.
private struct Bare: Refusal {
  let kind: RefusalKind
  let reason = "test.bare"
  let sentence = BilingualText("不行。", "No.")
}
