// Governance documents: each body's on record with version and review date, and what is missing in its authority's list.

import Boot
import Contracts
import GatewayHandlers
import GatewayRules
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Which documents a body must hold, and which it lacks")
struct DocumentRuleTests {
  private let law: NodeLaw

  init() throws { law = try NodeLaw() }

  private func document(
    _ kind: DocumentKind, of department: String, review: String = "2027-01-01",
    until: String? = nil, parts: [DocumentPart] = []
  ) throws -> GovernanceDocument {
    GovernanceDocument(
      department: try code(department), kind: kind, version: 1, title: "制度",
      sha256: [UInt8](repeating: 1, count: 32), review: try #require(CivilDate(iso: review)),
      validUntil: until.flatMap { CivilDate(iso: $0) }, parts: parts, registrant: "x",
      time: Instant(milliseconds: 0))
  }

  private func gaps(
    _ body: RegisteredDepartment, _ profile: String, _ held: [GovernanceDocument] = [],
    on day: String = "2026-11-23"
  ) throws -> [String] {
    let profile = try #require(law.profiles.profile(named: profile))
    return documentGaps(
      of: body, holding: held, under: profile, on: try #require(CivilDate(iso: day))
    ).map { "\($0.document.rawValue) \($0.kind.rawValue) \($0.citation.text)" }
  }

  @Test(
    "an authority holds what its level needs, with review dates, and each overdue review is listed",
    .obligation(
      "meizhou-specific-2021/32.2", "guangdong-2018/27.2", "hebi-2021/23a",
      "meizhou-public-2023/38a"),
    arguments: [
      (
        "meizhou-specific-2021", [DocumentKind.securitySystem, .standards, .securityRules],
        "meizhou-specific-2021/32.2"
      ),
      (
        "guangdong-2018", [.securitySystem, .standards, .securityRules], "guangdong-2018/27.2"
      ),
      ("hebi-2021", [.governanceSystem], "hebi-2021/23a"),
      ("meizhou-public-2023", [.securitySystem, .gradeProtection], "meizhou-public-2023/38a"),
    ])
  func authorities(_ profile: String, _ kinds: [DocumentKind], _ article: String) throws {
    let bureau = try authority()
    let missing = try gaps(bureau, profile)
    for kind in kinds { #expect(missing.contains("\(kind.rawValue) missing \(article)")) }
    let held = try kinds.map { try document($0, of: "data-bureau") }
    let own = try gaps(bureau, profile, held).filter { $0.hasSuffix(article) }
    #expect(own.isEmpty)
    let late = try gaps(bureau, profile, held, on: "2027-01-02").filter { $0.hasSuffix(article) }
    #expect(late == kinds.map { "\($0.rawValue) review_overdue \(article)" })
    #expect(try gaps(bureau, profile, held, on: "2027-01-01").allSatisfy { !$0.hasSuffix(article) })
    // One that expires is missing from the day after.
    let ended = try kinds.map { try document($0, of: "data-bureau", until: "2026-11-22") }
    #expect(
      try gaps(bureau, profile, ended).filter { $0.hasSuffix(article) }
        == kinds.map { "\($0.rawValue) expired \(article)" })
  }

  @Test(
    "a body without current security rules is listed until it has registered them",
    .obligation(
      "meizhou-specific-2021/32.3a", "guangdong-2018/27.3a", "meizhou-public-2023/39.1a",
      "hebi-2021/26.1a"),
    arguments: [
      ("meizhou-specific-2021", "meizhou-specific-2021/32.3a"),
      ("guangdong-2018", "guangdong-2018/27.3a"),
      ("meizhou-public-2023", "meizhou-public-2023/39.1a"), ("hebi-2021", "hebi-2021/26.1a"),
    ])
  func bodies(_ profile: String, _ article: String) throws {
    let body = try department("civil-affairs")
    let kinds: [DocumentKind] =
      profile == "hebi-2021" ? [.securityRules, .operatingProcedures] : [.securityRules]
    let ours = { (found: [String]) in found.filter { $0.hasSuffix(article) } }
    #expect(
      try ours(gaps(body, profile)) == kinds.map { "\($0.rawValue) missing \(article)" })
    var held: [GovernanceDocument] = []
    for kind in kinds { held.append(try document(kind, of: "civil-affairs")) }
    #expect(try ours(gaps(body, profile, held)).isEmpty)
    let ended = try kinds.map { try document($0, of: "civil-affairs", until: "2026-11-22") }
    #expect(
      try ours(gaps(body, profile, ended)) == kinds.map { "\($0.rawValue) expired \(article)" })
  }

  @Test(
    "secrecy rules have procedure and responsibility (hebi-2021/24a)", .obligation("hebi-2021/24a"))
  func secrecy() throws {
    let body = try department("civil-affairs")
    func ours(_ held: [GovernanceDocument]) throws -> [String] {
      try gaps(body, "hebi-2021", held).filter { $0.hasSuffix("24a") }
    }
    #expect(try ours([]) == ["secrecy_rules missing hebi-2021/24a"])
    let half = try document(.secrecyRules, of: "civil-affairs", parts: [.procedure])
    #expect(try ours([half]) == ["secrecy_rules part_missing hebi-2021/24a"])
    let whole = try document(
      .secrecyRules, of: "civil-affairs", parts: [.procedure, .responsibility])
    #expect(try ours([whole]).isEmpty)
    #expect(try gaps(body, "luyi-2019").isEmpty)
  }
}

@Suite("The register of governance documents over the wire", .timeLimit(.minutes(5 * patience)))
struct DocumentCallTests {
  private func request(
    _ name: String = "departments/civil-affairs/documents/security_rules", version: Int32 = 1,
    review: String = "2099-01-01"
  ) -> RegistryV1.RegisterDocumentRequest {
    .init(
      document: .init(
        name: name, version: version, title: "数据安全管理制度",
        sha256: [UInt8](repeating: 7, count: 32), reviewDate: review), requestID: fresh())
  }

  @Test(
    "a body registers its own, versions count up, and its authority's list of gaps grows shorter")
  func registered() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      func gaps() async throws -> [String] {
        try await bureau.listDocumentGaps(.init()).gaps.filter {
          $0.department == "departments/civil-affairs"
        }.map { "\($0.kind) \($0.gap) \($0.article)" }
      }
      #expect(try await gaps() == ["security_rules missing meizhou-public-2023/39.1a"])
      let li = try node.registry("civil-affairs/li")
      let made = try await li.registerDocument(request())
      #expect(made.registrant == "departments/civil-affairs/persons/li")
      #expect(try await gaps().isEmpty)
      let twice = await refusal { try await li.registerDocument(request()) }
      #expect(twice?.code == .alreadyExists)
      _ = try await li.registerDocument(request(version: 2, review: "2020-01-01"))
      #expect(try await gaps() == ["security_rules review_overdue meizhou-public-2023/39.1a"])
      let listed = try await li.listDocuments(.init(parent: "departments/civil-affairs"))
      #expect(listed.documents.map(\.version) == [2, 1])
    }
  }

  @Test("nobody registers another body's, an unknown kind, or without a day of review")
  func refused() async throws {
    try await withNode { node in
      let li = try node.registry("civil-affairs/li")
      let other = await refusal {
        try await li.registerDocument(request("departments/justice/documents/security_rules"))
      }
      #expect(other?.reason == "registry.not_your_department")
      for (bad, field) in [
        (request("departments/civil-affairs/documents/poem"), "document.name"),
        (request(review: "soon"), "document.review_date"),
      ] {
        let said = await refusal { try await li.registerDocument(bad) }
        #expect(said?.code == .invalidArgument && said?.trailers["weir-field"] == field)
      }
      let list = await refusal { try await li.listDocumentGaps(.init()) }
      #expect(list?.reason == "access.role_missing")
    }
  }
}
