// A person's statement: what is taken for his word, and everything that is not (DESIGN.md section 6, AC-03, AC-43).

import Access
import Crypto
import Integrity
import TestSupport
import Testing
import Vocabulary

/// One reviewer with a decision, the root that knows him, and a clock.
private struct Desk {
  let pki: TestPKI
  let identity: TestPKI.Identity
  let clock: TestClock
  let check: DecisionCheck
  let decision = Decision(
    .reviewApplication, on: "applications/A-1", etag: "2-0-0-0", profile: "meizhou-public-2023@1",
    ["items": ["name", "date"], "reason": "为核发待遇所必需"])

  init(revoking: Bool = false, term: ClosedRange<Int64>? = nil) throws {
    pki = try TestPKI()
    identity = try pki.person("wu", department: "justice", term: term)
    clock = TestClock(Instant(milliseconds: pki.now * 1_000))
    var lists: [RevocationList] = []
    if revoking {
      lists = [
        try pki.departmentRoot.revocationList(
          [
            RevokedCertificate(
              serialHex: pki.departmentIssuer.certificate.serialHex, revokedAt: pki.now - 60,
              reason: .keyCompromise)
          ],
          number: 1, thisUpdate: pki.now - 60, nextUpdate: pki.now + 86_400)
      ]
    }
    check = DecisionCheck(
      trust: ServiceTrust(
        roots: CertificateTrust(roots: [pki.departmentRoot.certificate]), lists: lists),
      domain: pki.domain, now: clock.now)
  }

  func caller(_ identity: TestPKI.Identity? = nil, person: String = "wu") throws -> Caller {
    Caller(
      department: try #require(DepartmentCode("justice")),
      system: try #require(SystemName("workstation")), person: PersonID(person),
      isPersonCertificate: true, roles: [.departmentOfficer],
      certificateHash: (identity ?? self.identity).certificate.sha256)
  }

  func statement() throws -> [UInt8] { check.statement(of: decision, by: try caller()) }

  func signed(_ statement: [UInt8], by other: TestPKI.Identity? = nil) throws -> SignedStatement {
    let signer = other ?? identity
    return SignedStatement(
      statement: statement,
      signature: try signer.key.sign(Statement.label + statement),
      certificate: signer.certificate.der,
      issuers: [pki.departmentIssuer.certificate.der])
  }

  /// The reason for which a statement is not taken; `nil` where it is.
  func refusal(
    _ signed: SignedStatement?, decision: Decision? = nil, by caller: Caller? = nil
  ) throws -> DecisionRefusal? {
    let caller = try caller ?? self.caller()
    do throws(DecisionRefusal) {
      _ = try check.check(
        signed, for: decision ?? self.decision, by: caller)
      return nil
    } catch {
      return error
    }
  }

  /// The statement with one member changed, as another program might write it, signed by its person.
  func altered(_ change: (inout JSONObject) -> Void) throws -> SignedStatement {
    var object = try #require(try Statement(bytes: statement()).value.object)
    change(&object)
    return try signed(CanonicalJSON.encode(.object(object)))
  }
}

@Suite("A decision is its person's own word, or it is none (issue of trust, AC-03, AC-43)")
struct DecisionTests {
  @Test("the person's statement is taken, a quarter of an hour long")
  func taken() throws {
    let desk = try Desk()
    let signed = try desk.signed(try desk.statement())
    #expect(try desk.refusal(signed) == nil)
    desk.clock.pass(milliseconds: DecisionCheck.termMilliseconds - 1)
    #expect(try desk.refusal(signed) == nil)
    desk.clock.pass(milliseconds: 1)
    #expect(try desk.refusal(signed)?.reason == "decision.out_of_time")
    #expect(SignedStatement(signed.json) == signed)
  }

  @Test("a time to come is refused past the difference of two clocks")
  func future() throws {
    let desk = try Desk()
    let now = desk.clock.now().milliseconds
    for (ahead, reason) in [
      (DecisionCheck.aheadMilliseconds, nil),
      (DecisionCheck.aheadMilliseconds + 1, "decision.out_of_time"),
    ] {
      let signed = try desk.altered { $0["time"] = .integer(now + ahead) }
      #expect(try desk.refusal(signed)?.reason == reason)
    }
  }

  @Test("nothing, and another's word, decides nothing")
  func others() throws {
    let desk = try Desk()
    let statement = try desk.statement()
    #expect(try desk.refusal(nil) == .missing(.reviewApplication))
    let other = try desk.pki.person("zheng", department: "justice")
    // Another's signature under his own certificate, and under the person's.
    #expect(
      try desk.refusal(desk.signed(statement, by: other))?.reason == "decision.other_person")
    let forged = SignedStatement(
      statement: statement, signature: try other.key.sign(Statement.label + statement),
      certificate: desk.identity.certificate.der,
      issuers: [desk.pki.departmentIssuer.certificate.der])
    #expect(try desk.refusal(forged) == .badSignature)
    // The person's own statement, carried by another who calls.
    #expect(
      try desk.refusal(desk.signed(statement), by: desk.caller(other, person: "zheng"))?.reason
        == "decision.other_person")
    // A second certificate of the same person is not the one that the gateway has judged.
    let second = try desk.pki.person("wu", department: "justice")
    #expect(
      try desk.refusal(desk.signed(statement), by: desk.caller(second))?.reason
        == "decision.other_person")
  }

  @Test("a signature without the label, or of other bytes, is none")
  func signatures() throws {
    let desk = try Desk()
    let statement = try desk.statement()
    func with(_ signature: [UInt8]) -> SignedStatement {
      SignedStatement(
        statement: statement, signature: signature, certificate: desk.identity.certificate.der,
        issuers: [desk.pki.departmentIssuer.certificate.der])
    }
    #expect(try desk.refusal(with(desk.identity.key.sign(statement))) == .badSignature)
    let good = try desk.identity.key.sign(Statement.label + statement)
    #expect(try desk.refusal(with(good.dropLast())) == .badSignature)
    #expect(try desk.refusal(with([])) == .badSignature)
    #expect(try desk.refusal(with([UInt8](repeating: 0, count: 129))) == .tooLarge)
  }

  @Test("other action, resource, etag, profile or decided field than the call's")
  func differing() throws {
    let desk = try Desk()
    let signed = try desk.signed(try desk.statement())
    func decision(
      _ action: DecisionAction = .reviewApplication, _ resource: String = "applications/A-1",
      _ etag: String = "2-0-0-0", _ profile: String = "meizhou-public-2023@1",
      _ items: JSONValue = ["name", "date"]
    ) -> Decision {
      Decision(
        action, on: resource, etag: etag, profile: profile,
        ["items": items, "reason": "为核发待遇所必需"])
    }
    let cases: [(Decision, String, String)] = [
      (decision(.submitApplication), "decision.statement_differs", "action"),
      (
        decision(.reviewApplication, "applications/A-2"), "decision.statement_differs", "resource"
      ),
      (
        decision(.reviewApplication, "applications/A-1", "3-1-0-0"), "decision.changed_meanwhile",
        "etag"
      ),
      (
        decision(.reviewApplication, "applications/A-1", "2-0-0-0", "meizhou-public-2023@2"),
        "decision.statement_differs", "profile"
      ),
      (
        decision(
          .reviewApplication, "applications/A-1", "2-0-0-0", "meizhou-public-2023@1",
          ["name", "date", "court"]), "decision.statement_differs", "decided.items"
      ),
    ]
    for (decision, reason, member) in cases {
      let refusal = try desk.refusal(signed, decision: decision)
      #expect(refusal?.reason == reason)
      #expect(refusal?.field == "signed.statement." + member)
      #expect(refusal?.nextStep != nil && refusal?.citation != nil)
    }
  }

  @Test("bytes that are no canonical statement: spaced, cut, huge, with more or fewer members")
  func malformed() throws {
    let desk = try Desk()
    let statement = try desk.statement()
    let text = String(decoding: statement, as: UTF8.self)
    for bytes in [
      Array(text.replacing(":", with: ": ").utf8), Array(text.utf8.dropLast()), [],
      Array("null".utf8),
    ] {
      let reason = try desk.refusal(desk.signed(bytes))?.reason ?? ""
      #expect(
        ["decision.statement_not_canonical", "decision.statement_malformed"].contains(reason))
    }
    let huge = [UInt8](repeating: UInt8(ascii: "1"), count: DecisionCheck.sizeLimitBytes + 1)
    #expect(try desk.refusal(desk.signed(huge)) == .tooLarge)
    for name in StatedDecision.memberNames {
      #expect(
        try desk.refusal(desk.altered { $0[name] = nil }) == .malformed(member: name),
        "without \(name)")
    }
    #expect(
      try desk.refusal(desk.altered { $0["also"] = "this" }) == .malformed(member: "also"))
    // Strings and integers alone.
    #expect(
      try desk.refusal(desk.altered { $0["decided"] = ["items": [true]] })
        == .malformed(member: "decided"))
  }

  @Test("a certificate of a foreign root, without its issuer, out of its term, of a revoked issuer")
  func certificates() throws {
    let desk = try Desk()
    let statement = try desk.statement()
    let foreign = try TestPKI().person("wu", department: "justice")
    #expect(try desk.refusal(desk.signed(statement, by: foreign)) == .untrusted)
    let good = try desk.signed(statement)
    #expect(
      try desk.refusal(
        SignedStatement(
          statement: good.statement, signature: good.signature, certificate: good.certificate,
          issuers: [])) == .untrusted)
    #expect(
      try desk.refusal(
        SignedStatement(
          statement: good.statement, signature: good.signature, certificate: [1, 2, 3],
          issuers: good.issuers)) == .untrusted)
    #expect(
      try desk.refusal(
        SignedStatement(
          statement: good.statement, signature: good.signature, certificate: good.certificate,
          issuers: [[UInt8]](repeating: good.issuers[0], count: 5))) == .tooLarge)
    let now = desk.pki.now
    let expired = try Desk(term: now - 200...now - 100)
    #expect(try expired.refusal(expired.signed(expired.statement())) == .untrusted)
    let revoked = try Desk(revoking: true)
    #expect(try revoked.refusal(revoked.signed(revoked.statement())) == .untrusted)
  }

  @Test("a service's certificate, and a system's, sign for no person")
  func notPersons() throws {
    let desk = try Desk()
    let system = try desk.pki.system("payment", department: "justice")
    let statement = desk.check.statement(of: desk.decision, by: try desk.caller(system))
    #expect(
      try desk.refusal(desk.signed(statement, by: system), by: desk.caller(system))?.reason
        == "decision.other_person")
  }

  @Test("each refusal has a reason of its own, a field, an article and the next step")
  func refusals() {
    let every: [DecisionRefusal] = [
      .missing(.submitApplication), .tooLarge, .notCanonical, .malformed(member: "time"),
      .untrusted, .otherPerson("departments/d1/persons/p1"), .badSignature,
      .outOfTime(Instant(milliseconds: 0)), .differs(member: "action"),
      .changedMeanwhile(resource: "grants/G-1"), .usedBefore(resource: "grants/G-1"),
    ]
    #expect(Set(every.map(\.reason)).count == every.count)
    for refusal in every {
      #expect(refusal.reason.hasPrefix("decision."))
      #expect(refusal.field?.hasPrefix("signed") == true)
      #expect(refusal.citation == .accessRule(3))
      #expect(refusal.nextStep != nil)
      #expect(!refusal.sentence.chinese.isEmpty && !refusal.sentence.english.isEmpty)
    }
  }
}
