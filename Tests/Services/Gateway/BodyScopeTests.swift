// Which bodies a text takes in, and what their people may be.

import Access
import Contracts
import GatewayHandlers
import GatewayRules
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite(
  "Which kinds of body a text takes in (guangdong-2018/32, hebi-2021/3.2, meizhou-public-2023/2)")
struct BodyScopeTests {
  private let law: NodeLaw
  private let act = LegalBasis(kind: .law, title: "中华人民共和国档案法", article: "第十条")

  init() throws { law = try NodeLaw() }

  private func said(
    _ kind: BodyKind, _ key: String, instrument: LegalBasis? = nil, isAuthority: Bool = false
  ) throws -> RegistryRefusal? {
    var body = try isAuthority ? authority() : department("archives")
    body.body = kind
    body.instrument = instrument
    let profile = try #require(law.profiles.profile(named: key))
    do throws(RegistryRefusal) {
      try requireScope(of: body, under: profile)
      return nil
    } catch { return error }
  }

  @Test(
    "an institution or organisation names the law that authorises it; an organ needs none",
    .obligation("meizhou-specific-2021/5.6", "hebi-2021/3.2", "guangdong-2018/32.3"),
    arguments: [
      ("meizhou-specific-2021", "meizhou-specific-2021/5.6"), ("hebi-2021", "hebi-2021/3.2"),
      ("guangdong-2018", "guangdong-2018/32.3"),
    ])
  func authorised(_ key: String, _ article: String) throws {
    #expect(try said(.administrativeOrgan, key) == nil)
    for kind in [BodyKind.authorisedInstitution, .authorisedOrganisation] {
      for instrument in [
        nil, LegalBasis(kind: .law, title: "中华人民共和国档案法", article: ""),
        LegalBasis(kind: .internalRule, title: "内部规定", article: "一"),
      ] {
        let missing = try said(kind, key, instrument: instrument)
        #expect(missing?.reason == "registry.instrument_missing", "\(kind)")
        #expect(missing?.citation?.text == article)
        #expect(missing?.field == "department.instrument")
      }
      #expect(try said(kind, key, instrument: act) == nil, "\(kind)")
    }
    let other = try said(.publicServiceBody, key)
    #expect(other?.reason == "registry.body_outside_scope" && other?.citation?.text == article)
  }

  @Test(
    "who follows by reference is taken where its text says so, and only there",
    .obligation("hebi-2021/33", "guangdong-2018/33", "meizhou-public-2023/44"))
  func byReference() throws {
    let cases: [(BodyKind, Set<String>)] = [
      (.publicEnterprise, ["hebi-2021", "meizhou-public-2023"]),
      (.centralBranch, ["guangdong-2018", "meizhou-public-2023"]),
      (.byReference, ["meizhou-public-2023"]),
    ]
    for (kind, takers) in cases {
      for key in ["hebi-2021", "guangdong-2018", "meizhou-public-2023"] {
        #expect(try (said(kind, key) == nil) == takers.contains(key), "\(kind) \(key)")
      }
    }
    func followers(_ key: String) throws -> [BodyKind]? {
      let profile = try #require(law.profiles.profile(named: key))
      let found = profile.byReferenceKinds
      #expect(found?.citation.document == key)
      return found?.value
    }
    #expect(try followers("hebi-2021") == [.publicEnterprise])
    #expect(try followers("guangdong-2018") == [.centralBranch])
    #expect(try followers("meizhou-public-2023") == [.centralBranch, .byReference])
  }

  @Test(
    "an authority is registered with the document that named it, and a region has one",
    .obligation("guangdong-2018/32.2"))
  func named() throws {
    let missing = try said(.administrativeOrgan, "guangdong-2018", isAuthority: true)
    #expect(missing?.reason == "registry.naming_missing")
    #expect(missing?.citation?.text == "guangdong-2018/32.2")
    let naming = LegalBasis(kind: .nationalProvision, title: "市政府关于确定数据主管部门的通知", article: "一")
    #expect(
      try said(.administrativeOrgan, "guangdong-2018", instrument: naming, isAuthority: true) == nil
    )
    #expect(try said(.administrativeOrgan, "hebi-2021", isAuthority: true) == nil)
    let (second, first) = (try authority("second"), try authority())
    let twice = reason { () throws(RegistryRefusal) in
      try requireFitAuthority(
        second, authority: nil, rival: first)
    }
    #expect(twice == "registry.authority_exists")
  }

  @Test(
    "an enterprise operates and neither approves nor reads; nobody else operates",
    .obligation("guangdong-2018/32.4"))
  func operators() throws {
    let profile = try #require(law.profiles.profile(named: "guangdong-2018"))
    #expect(try said(.enterprise, "guangdong-2018") == nil)
    #expect(try said(.enterprise, "hebi-2021")?.reason == "registry.body_outside_scope")
    var centre = try department("operations")
    centre.body = .enterprise
    let organ = try department("civil-affairs")
    func fit(_ roles: Set<Role>, _ body: RegisteredDepartment) -> String? {
      reason { () throws(RegistryRefusal) in
        try requireRoles(roles, fitting: body, under: profile)
      }
    }
    #expect(fit([.operator], centre) == nil)
    for role in [Role.authority, .departmentOfficer, .departmentHead, .leadingGroup, .auditor] {
      #expect(fit([.operator, role], centre) == "registry.role_not_for_body", "\(role)")
      #expect(fit([role], organ) == nil, "\(role)")
    }
    #expect(fit([.operator], organ) == "registry.role_not_for_body")
    // What the role lets one do: nothing that decides, and no row.
    let deciding = ["Review", "Approve", "Decide", "Publish", "FileNotShared", "Withdraw"]
    let reading = ["/weir.ingest.v1.Ingest/Query", "/weir.share.v1.Share/Lookup"]
    for (path, access) in AccessTable.all where access.roles.contains(.operator) {
      let method = path.split(separator: "/").last.map(String.init) ?? ""
      #expect(!deciding.contains { method.hasPrefix($0) }, "\(path)")
      #expect(!reading.contains { path.hasPrefix($0) }, "\(path)")
    }
  }

  @Test("a region's authority is found, and one without is flagged", .obligation("hebi-2021/6.4"))
  func regionsAndAuthorities() throws {
    let zoneAuthority = try department(
      "zone-bureau", .functionalZone, region: "410671", authority: nil)
    let zone = try department(
      "zone-affairs", .functionalZone, region: "410671", authority: "zone-bureau")
    let orphan = try department(
      "county-affairs", .county, region: "410621", authority: "data-bureau")
    let city = try authority("data-bureau", region: "410600")
    // A zone can have an authority of its own.
    try requireFitAuthority(zoneAuthority, authority: nil, rival: nil)
    try requireFitAuthority(zone, authority: zoneAuthority, rival: nil)
    let found = regions(of: [city, zone, zoneAuthority, orphan])
    #expect(found.map(\.code.text) == ["410600", "410621", "410671"])
    #expect(found.map { $0.authority?.text } == ["data-bureau", nil, "zone-bureau"])
    #expect(found.map(\.level) == [.city, .county, .functionalZone])
    #expect(found.map(\.departments) == [1, 1, 2])
  }
}

@Suite("Bodies over the wire", .timeLimit(.minutes(5 * patience)))
struct BodyCallTests {
  private func body(
    _ kind: String, instrument: CommonV1.Basis? = nil, code: String = "archives"
  ) -> RegistryV1.RegisterDepartmentRequest {
    .with {
      $0.requestID = fresh()
      $0.department = .with {
        $0.name = "departments/\(code)"
        $0.title = "档案馆"
        $0.level = .city
        $0.region = "441400"
        $0.authority = "departments/data-bureau"
        $0.body = kind
        $0.instrument = instrument
      }
    }
  }

  @Test(
    "both kinds of organisation register, others do not; what follows by reference is told",
    .obligation("meizhou-public-2023/2.1", "meizhou-public-2023/44"))
  func registering() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      let organ = try await bureau.registerDepartment(body("", code: "finance"))
      #expect(organ.body == "administrative_organ" && !organ.byReference)
      let service = try await bureau.registerDepartment(
        body("public_service_body", code: "hospital"))
      #expect(service.body == "public_service_body" && !service.byReference)
      for kind in ["enterprise", "authorised_institution", "club"] {
        let refused = await refusal { try await bureau.registerDepartment(body(kind)) }
        let expected = [
          "enterprise": "registry.body_outside_scope",
          "authorised_institution": "registry.instrument_missing", "club": "registry.malformed",
        ]
        #expect(refused?.reason == expected[kind], "\(kind)")
      }
      let branch = try await bureau.registerDepartment(body("central_branch", code: "customs"))
      #expect(branch.byReference)
      let read = try await bureau.getDepartment(.with { $0.name = "departments/customs" })
      #expect(read.body == "central_branch" && read.byReference)
      let law = CommonV1.Basis(kind: .law, title: "中华人民共和国档案法", article: "第十条")
      let archives = try await bureau.registerDepartment(
        body("authorised_institution", instrument: law))
      #expect(archives.instrument == law)
      // What was registered wrongly is corrected with its history.
      let corrected = try await bureau.updateDepartment(
        .with {
          $0.requestID = fresh()
          $0.department = .with {
            $0.name = "departments/finance"
            $0.body = "public_service_body"
          }
          $0.updateMask = ["body"]
          $0.reason = "登记有误"
        })
      #expect(corrected.body == "public_service_body")
      let history = try await bureau.getDepartment(.with { $0.name = "departments/finance" })
      #expect(history.corrections.map(\.field) == ["body"])
      let regions = try await bureau.listRegions(.init()).regions
      #expect(regions.map(\.code) == ["441400"])
      #expect(regions.first?.authority == "departments/data-bureau")
    }
  }
}
