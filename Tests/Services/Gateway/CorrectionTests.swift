// What was registered wrongly of a department is corrected by the authority, with a reason, on record, at once for everybody.

import Access
import Contracts
import Crypto
import Database
import GatewayHandlers
import GatewayRules
import GatewayStore
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("A correction stays within the reach of who makes it (meizhou-public-2023/5.i1)")
struct CorrectionRuleTests {
  private func check(
    _ former: RegisteredDepartment, _ change: (inout RegisteredDepartment) throws -> Void,
    reason why: String = "登记有误", authority: RegisteredDepartment? = nil,
    rival: RegisteredDepartment? = nil, subjects: [RegisteredDepartment] = [],
    hasSuperior: Bool = false, by manager: RegistryManager
  ) throws -> String? {
    var next = former
    try change(&next)
    let changed = next
    return reason { () throws(RegistryRefusal) in
      try requireCorrectable(
        former, as: changed, reason: why, authority: authority, rival: rival, subjects: subjects,
        hasSuperior: hasSuperior, by: manager)
    }
  }

  @Test("in this order of precedence: reach, own body, reason, nothing new, authority, reach after")
  func order() throws {
    let bureau = try authority()
    let affairs = try department("civil-affairs")
    let county = try authority("county-bureau", .county, region: "441402")
    let chen = try manager(bureau, [.authority])
    func kinds(_ row: inout RegisteredDepartment) { row.kinds = ["民政"] }
    #expect(try check(affairs, kinds, authority: bureau, by: chen) == nil)
    #expect(
      try check(affairs, kinds, authority: bureau, by: try manager(bureau, [.departmentHead]))
        == "registry.not_your_department")
    #expect(
      try check(affairs, kinds, authority: bureau, by: try manager(county, [.authority]))
        == "registry.not_your_department")
    #expect(
      try check(bureau, kinds, reason: "", hasSuperior: true, by: chen) == "registry.own_state")
    #expect(try check(bureau, kinds, by: chen) == nil)
    #expect(
      try check(affairs, { _ in }, reason: "", authority: bureau, by: chen) == "registry.malformed")
    #expect(
      try check(affairs, { _ in }, authority: bureau, by: chen) == "registry.nothing_to_correct")
    #expect(
      try check(affairs, { $0.authority = nil }, by: chen) == "registry.authority_stays")
    #expect(
      try check(affairs, { $0.level = .province }, authority: bureau, by: chen)
        == "registry.authority_unfit")
    #expect(
      try check(
        county, { $0.region = try #require(RegionCode("441424")) }, rival: try authority("second"),
        by: chen)
        == "registry.authority_exists")
    let below = try department(
      "county-affairs", .county, region: "441402", authority: "county-bureau")
    #expect(
      try check(
        county, { $0.region = try #require(RegionCode("441424")) }, subjects: [below], by: chen)
        == "registry.still_authority")
    let far = try authority("far-bureau", .city, region: "441500")
    #expect(
      try check(
        affairs,
        {
          $0.region = far.region
          $0.authority = far.code
        }, authority: far, by: chen) == "registry.not_your_department")
  }

  @Test("a mask names fields that there are, each once")
  func mask() {
    for bad in [[], ["name"], ["kinds", "kinds"], ["kinds", "state"]] {
      #expect(
        reason { () throws(RegistryRefusal) in try DepartmentField.mask(bad) }
          == "registry.malformed", "\(bad)")
    }
    #expect((try? DepartmentField.mask(["kinds", "title"])) == [.kinds, .title])
  }

  @Test("only what the mask names is taken, in the form that a registration has")
  func masked() throws {
    let affairs = try department("civil-affairs")
    let draft = DepartmentDraft(
      code: "civil-affairs", title: "民政局", level: 3, region: "nonsense", kinds: ["民政"],
      authority: "")
    let next = try affairs.corrected([.kinds, .level], as: draft)
    #expect(next.kinds == ["民政"] && next.level == .county)
    #expect(next.title == affairs.title && next.authority == affairs.authority)
    #expect(
      reason { () throws(RegistryRefusal) in try affairs.corrected([.region], as: draft) }
        == "registry.malformed")
  }

  @Test("no text of the registry holds an identity number (meizhou-public-2023/39.1)")
  func texts() throws {
    let number = "441402199003070011"
    var draft = DepartmentDraft(
      code: "health", title: "卫健局 \(number)", level: 2, region: "441400", kinds: [],
      authority: "data-bureau")
    func registering() -> RegistryRefusal? {
      do throws(RegistryRefusal) {
        _ = try draftedDepartment(draft, demand: nil, now: Instant(milliseconds: 0))
        return nil
      } catch { return error }
    }
    #expect(registering() == .identityNumberInText(field: "department.title"))
    draft.title = "卫健局"
    draft.kinds = [number]
    #expect(registering() == .identityNumberInText(field: "department.kinds"))
    draft.kinds = ["卫生健康"]
    #expect(registering() == nil)
    #expect(
      reason { () throws(RegistryRefusal) in try requireReason("\(number) 本人要求") }
        == "registry.identity_number_in_text")
  }
}

@Suite("A correction over the wire", .timeLimit(.minutes(5)))
struct CorrectionCallTests {
  private func correction(
    _ change: (inout RegistryV1.UpdateDepartmentRequest) -> Void
  ) -> RegistryV1.UpdateDepartmentRequest {
    .with {
      $0.department = .with {
        $0.name = "departments/civil-affairs"
        $0.kinds = ["民政"]
      }
      $0.updateMask = ["kinds"]
      $0.reason = "登记时类别有误"
      $0.requestID = fresh()
      change(&$0)
    }
  }

  @Test("AC-03 a department is registered and corrected under the person's own signature alone")
  func signed() async throws {
    try await withNode { node in
      let unsigned = RegistryV1.RegistryClient(try node.channel("data-bureau/wu"))
      let water = RegistryV1.Department(
        name: "departments/water", title: "水务局", level: .city, region: "441400", kinds: ["水务"],
        authority: "departments/data-bureau")
      let missing = [
        await refusal { try await unsigned.updateDepartment(correction { _ in }) },
        await refusal {
          try await unsigned.registerDepartment(.init(department: water, requestID: fresh()))
        },
      ]
      #expect(
        missing.map { $0?.reason } == [String?](repeating: "decision.statement_missing", count: 2))
      let asked = try await unsigned.updateDepartment(correction { $0.validateOnly = true })
      let wu = try #require(node.identities["data-bureau/wu"])
      let signed = CommonV1.SignedDecision(
        try SignedStatement(
          asked.statement, key: wu.key, chain: try Certificate.all(pem: wu.chainPEM)))
      let altered = await refusal {
        try await unsigned.updateDepartment(
          correction {
            $0.department?.kinds = ["公安"]
            $0.signed = signed
          })
      }
      #expect(altered?.reason == "decision.statement_differs")
      let made = try await unsigned.updateDepartment(correction { $0.signed = signed })
      #expect(made.kinds == ["民政"])
      _ = try await node.registry("data-bureau/wu").registerDepartment(
        .init(department: water, requestID: fresh()))
      let entries = try await #require(node.store.database.outbox).read(after: 0, limit: 100)
      for topic in ["registry.department_corrected", "registry.department_registered"] {
        let entry = try #require(entries.last { $0.topic == topic })
        let payload = try CanonicalJSON.decodeCanonical(entry.leaf.payload)
        let kept = try #require(SignedStatement(payload["signed"]))
        let stated = try StatedDecision(try Statement(bytes: kept.statement))
        #expect(stated.personName == "departments/data-bureau/persons/wu")
      }
    }
  }

  @Test("AC-92 who disables or activates a department signs it")
  func state() async throws {
    try await withNode { node in
      let unsigned = RegistryV1.RegistryClient(try node.channel("data-bureau/wu"))
      var request = RegistryV1.SetDepartmentStateRequest(
        name: "departments/justice", state: .disabled, reason: "机构撤并", requestID: fresh())
      let first = request
      #expect(
        await refusal { try await unsigned.setDepartmentState(first) }?.reason
          == "decision.statement_missing")
      request.validateOnly = true
      let asked = try await unsigned.setDepartmentState(request)
      #expect(asked.state == .disabled)
      // Nothing has changed yet.
      _ = try await node.channel("justice/sun").unary(
        "/weir.registry.v1.Registry/WhoAmI", [])
      let stated = try StatedDecision(try Statement(bytes: asked.statement))
      #expect(request.asks(for: stated) && stated.text("state") == "disabled")
      let wu = try #require(node.identities["data-bureau/wu"])
      request.validateOnly = false
      request.signed = CommonV1.SignedDecision(
        try SignedStatement(
          asked.statement, key: wu.key, chain: try Certificate.all(pem: wu.chainPEM)))
      var other = request
      other.reason = "另有原因"
      let altered = other
      #expect(
        await refusal { try await unsigned.setDepartmentState(altered) }?.reason
          == "decision.statement_differs")
      #expect(try await unsigned.setDepartmentState(request).state == .disabled)
      let entries = try await #require(node.store.database.outbox).read(after: 0, limit: 100)
      let entry = try #require(entries.last { $0.topic == "registry.department_disabled" })
      let payload = try CanonicalJSON.decodeCanonical(entry.leaf.payload)
      #expect(SignedStatement(payload["signed"])?.statement == asked.statement)
    }
  }

  @Test("AC-91 whoever takes a demanded role from its last holder leaves an entry, and only then")
  func openDuties() async throws {
    let demand = try #require(ActivationDemand.of(document: "meizhou-public-2023"))
    try await withNode(demand: demand) { node in
      let bureau = try node.registry("data-bureau/wu")
      func told() async throws -> [JSONValue] {
        try await #require(node.store.database.outbox).read(after: 0, limit: 100)
          .filter { $0.topic == "registry.duty_open" }
          .map { try CanonicalJSON.decodeCanonical($0.leaf.payload) }
      }
      let person = "departments/civil-affairs/persons/"
      func roles(_ id: String, _ roles: [String]) async throws {
        _ = try await bureau.setPersonRoles(
          .init(name: person + id, roles: roles, requestID: fresh()))
      }
      try await roles("zhang", ["dept-officer", "dept-security"])
      try await roles("li", ["dept-head"])
      #expect(try await told().isEmpty)
      try await roles("zhang", ["dept-officer"])
      let entry = try #require(try await told().first)
      #expect(entry["subject"]?.string == "departments/civil-affairs")
      #expect(entry["roles"]?.string?.contains("dept-security") == true)
      // It is open already; another's change tells nothing new.
      try await roles("zhang", ["dept-officer"])
      #expect(try await told().count == 1)
    }
  }

  @Test("it holds at once for the services that ask, and stands in history and log")
  func corrected() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      let tried = try await bureau.updateDepartment(correction { $0.validateOnly = true })
      #expect(tried.kinds == ["民政"])
      let before = try await bureau.getDepartment(.init(name: "departments/civil-affairs"))
      #expect(before.kinds == ["civil-affairs"] && before.corrections.isEmpty)

      let request = correction { $0.department?.etag = before.etag }
      let made = try await bureau.updateDepartment(request)
      #expect(made.kinds == ["民政"] && made.title == before.title && made.state == .active)
      #expect(node.gateway.directory.department(try code("civil-affairs"))?.kinds == ["民政"])
      // The same request is answered again and corrects nothing twice.
      #expect(try await bureau.updateDepartment(request) == made)
      let after = try await bureau.getDepartment(.init(name: "departments/civil-affairs"))
      #expect(after.corrections.map(\.field) == ["kinds"])
      let kept = try #require(after.corrections.first)
      #expect(kept.former == "civil-affairs" && kept.corrected == "民政")
      #expect(kept.reason == "登记时类别有误" && kept.actor == "departments/data-bureau/persons/wu")

      let stale = await refusal {
        try await bureau.updateDepartment(
          correction {
            $0.department?.etag = before.etag
            $0.department?.kinds = ["卫生健康"]
          })
      }
      #expect(stale?.code == .aborted)
      let same = await refusal { try await bureau.updateDepartment(correction { _ in }) }
      #expect(same?.reason == "registry.nothing_to_correct")
      let log = try #require(node.store.database.outbox)
      let entry = try #require(
        try await log.read(after: 0, limit: 500).last {
          $0.topic == "registry.department_corrected"
        })
      let payload = try CanonicalJSON.decodeCanonical(entry.leaf.payload)
      #expect(payload["subject"]?.string == "departments/civil-affairs")
      #expect(
        payload["former_kinds"]?.string == "civil-affairs" && payload["kinds"]?.string == "民政")
      #expect(payload["reason"]?.string == "登记时类别有误")
    }
  }

  @Test("only the authority makes it, and says why")
  func refused() async throws {
    try await withNode { node in
      let own = await refusal {
        try await node.registry("civil-affairs/li").updateDepartment(correction { _ in })
      }
      #expect(own?.reason == "access.role_missing")
      let bureau = try node.registry("data-bureau/wu")
      for (change, field) in [
        ({ (request: inout RegistryV1.UpdateDepartmentRequest) in request.reason = "" }, "reason"),
        ({ $0.updateMask = ["state"] }, "update_mask"),
        ({ $0.reason = "441402199003070011 来电" }, "reason"),
      ] {
        let said = await refusal { try await bureau.updateDepartment(correction(change)) }
        #expect(said?.code == .invalidArgument)
        #expect(said?.trailers["weir-field"] == field)
      }
    }
  }

  @Test(
    "services are told in which departments a region's administrators are, itself included (AC-19, luyi-2019/9)"
  )
  func regionalRoles() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      func holders() throws -> [String] {
        let affairs = try #require(node.gateway.directory.department(try code("civil-affairs")))
        return node.gateway.directory.regionalHolders(for: affairs).flatMap { role, departments in
          departments.map { "\(role.slug) \($0.text)" }
        }
      }
      #expect(try holders().isEmpty)
      func give(_ roles: [String]) async throws {
        _ = try await bureau.setPersonRoles(
          .with {
            $0.requestID = fresh()
            $0.name = "departments/justice/persons/sun"
            $0.roles = roles
          })
      }
      try await give(["dept-head", "population-base-administrator"])
      #expect(try holders() == ["population-base-administrator justice"])
      _ = try await bureau.setDepartmentState(
        .with {
          $0.requestID = fresh()
          $0.name = "departments/justice"
          $0.state = .disabled
          $0.reason = "撤并"
        })
      #expect(try holders().isEmpty)
      _ = try await bureau.setDepartmentState(
        .with {
          $0.requestID = fresh()
          $0.name = "departments/justice"
          $0.state = .active
          $0.reason = "恢复"
        })
      try await give(["dept-head"])
      #expect(try holders().isEmpty)
    }
  }
}
