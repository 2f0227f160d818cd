// What applicants, sources and heads write in Share holds no identity number: it is read by both sides and stands in the log.

import Regulation
import ShareRules
import Testing
import Vocabulary

@Suite("No text of Share holds an identity number (AC-33, meizhou-public-2023/39.1)")
struct WrittenTextTests {
  private static let number = "441402 19900307 0011"
  private let profile = Result { try World.profile("meizhou-public-2023") }

  private func expect(
    _ path: String, _ location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    #expect(refusal(body) == .identityNumberInText(path: path), sourceLocation: location)
  }

  @Test("in the grounds and row rules of an application, and when it is taken back")
  func applications() throws {
    expect("application.legal_basis.title") {
      _ = try World.submitted("meizhou-public-2023") {
        $0.legalBasis = LegalBasis(kind: .law, title: Self.number, article: "一")
      }
    }
    expect("application.rows[0].values[1]") {
      _ = try World.submitted("meizhou-public-2023") {
        $0.rows = [RowRule(item: "court", comparison: "in", values: ["梅江", Self.number])]
      }
    }
    let sent = try World.submitted("meizhou-public-2023")
    let applicant = try World.actor("human-resources")
    expect("reason") {
      _ = try sent.withdrawn(by: applicant, reason: "误报 \(Self.number)", at: World.noon)
    }
    #expect(
      try sent.withdrawn(by: applicant, reason: "误报", at: World.noon).state == .withdrawn)
  }

  @Test("in the reason and the ground of a refusal")
  func opinions() throws {
    let source = try World.actor("justice")
    func review(_ reason: String, _ basis: LegalBasis) throws {
      _ = try World.submitted("meizhou-public-2023").reviewed(
        World.decisions(refusing: ["court"], basis: basis), reason: reason, by: source,
        under: try profile.get(), at: World.noon)
    }
    expect("reason") { try review(Self.number, World.law) }
    expect("decisions[2].basis.article") {
      try review("不宜提供", LegalBasis(kind: .law, title: "法", article: Self.number))
    }
  }

  @Test("in a verification request and in its answer")
  func verifications() throws {
    func file(_ change: (inout VerificationClaim) -> Void = { _ in }) throws -> Verification {
      var claim = VerificationClaim(
        item: "illness", hasSubject: true, hasValue: true, purpose: "资格审核",
        caseNumber: "2024-001", legalBasis: nil)
      change(&claim)
      return try requestVerification(
        1, claim, on: try World.entry(), by: try World.actor("human-resources"),
        standing: VerificationStanding(refusedItems: [], attempts: 0), under: try profile.get(),
        at: World.noon)
    }
    expect("purpose") { _ = try file { $0.purpose = Self.number } }
    expect("case_number") { _ = try file { $0.caseNumber = Self.number } }
    expect("legal_basis.article") {
      _ = try file {
        $0.legalBasis = LegalBasis(kind: .law, title: "法", article: Self.number)
      }
    }
    func decline(_ reason: String, _ basis: LegalBasis) throws {
      _ = try file().declined(
        reason: reason, basis: basis, by: try World.actor("justice"), under: try profile.get(),
        at: World.noon)
    }
    expect("reason") { try decline(Self.number, World.law) }
    expect("basis.title") {
      try decline("不宜提供", LegalBasis(kind: .law, title: Self.number, article: "一"))
    }
    try decline("不宜提供", World.law)
  }
}
