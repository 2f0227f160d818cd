// Who does which duty of a body: filed with time and confirmation, told where nobody is, filed anew as staff changes.

import Contracts
import Database
import GatewayHandlers
import GatewayRules
import GatewayStore
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Which duties of a body are somebody's (hebi-2021/6.3, meizhou-public-2023/6, 39)")
struct DutyRuleTests {
  private let law: NodeLaw

  init() throws { law = try NodeLaw() }

  private func filing(
    _ post: DutyPost, _ persons: [String] = ["ma"], version: Int64 = 1, unit: String = "信息科",
    isConfirmed: Bool = false
  ) throws -> DutyFiling {
    DutyFiling(
      department: try code("civil-affairs"), post: post, version: version, unit: unit,
      persons: try persons.map { try person($0) }, filer: "x", filed: Instant(milliseconds: 0),
      confirmation: isConfirmed
        ? .init(person: "departments/data-bureau/persons/chen", time: Instant(milliseconds: 1))
        : nil)
  }

  private func gaps(
    _ profile: String, _ filings: [DutyFiling], staff: [RegisteredPerson]
  ) throws -> [String] {
    dutyGaps(
      of: try code("civil-affairs"), filings: filings, staff: staff,
      under: try #require(law.profiles.profile(named: profile))
    ).map { "\($0.post.rawValue) \($0.kind.rawValue) \($0.citation.text)" }
  }

  @Test(
    "a body is told what it lacks by its own text alone, and a person who left counts for nobody")
  func perProfile() throws {
    let ma = try member("ma", of: "civil-affairs")
    let gone = try member("ma", of: "civil-affairs", state: .disabled)
    #expect(
      try gaps("meizhou-public-2023", [], staff: [ma]) == [
        "implementing missing meizhou-public-2023/6.i1",
        "security missing meizhou-public-2023/39.2a",
      ])
    #expect(
      try gaps("hebi-2021", [], staff: [ma]) == [
        "dedicated missing hebi-2021/6.3c", "security missing hebi-2021/26.1d",
      ])
    #expect(try gaps("luyi-2019", [], staff: [ma]).isEmpty)
    let both = [try filing(.implementing), try filing(.security)]
    #expect(try gaps("meizhou-public-2023", both, staff: [ma]).isEmpty)
    #expect(
      try gaps("meizhou-public-2023", both, staff: [gone]) == [
        "implementing vacant meizhou-public-2023/6.i1",
        "security vacant meizhou-public-2023/39.2a",
      ])
    let others = try member("ma", of: "justice")
    #expect(try gaps("meizhou-public-2023", both, staff: [others]).count == 2)
    #expect(
      try gaps("hebi-2021", [try filing(.dedicated), both[1]], staff: [ma]) == [
        "dedicated unconfirmed hebi-2021/6.3c"
      ])
    #expect(
      try gaps("hebi-2021", [try filing(.dedicated, isConfirmed: true), both[1]], staff: [ma])
        .isEmpty)
  }

  @Test("in this order: reach, unit, persons, version")
  func order() throws {
    let affairs = try department("civil-affairs")
    let ma = try member("ma", of: "civil-affairs")
    let head = try manager(affairs)
    func said(
      _ filing: DutyFiling, newest: Int64 = 0, staff: [RegisteredPerson]? = nil,
      by manager: RegistryManager? = nil
    ) -> String? {
      reason { () throws(RegistryRefusal) in
        try requireFileable(
          filing, newest: newest, staff: staff ?? [ma], in: affairs, by: manager ?? head)
      }
    }
    #expect(said(try filing(.security)) == nil)
    #expect(said(try filing(.security), by: try manager(affairs, [.departmentSecurity])) == nil)
    #expect(
      said(try filing(.security, [], unit: ""), by: try manager(try department("justice")))
        == "registry.not_your_department")
    #expect(said(try filing(.security, [], unit: "")) == "registry.malformed")
    #expect(said(try filing(.security, [])) == "registry.duty_person_missing")
    #expect(said(try filing(.security, ["ma", "ma"])) == "registry.duty_person_missing")
    #expect(said(try filing(.security, ["ma", "he"])) == "registry.duty_person_unfit")
    let gone = try member("ma", of: "civil-affairs", state: .disabled)
    #expect(said(try filing(.security, version: 3), staff: [gone]) == "registry.duty_person_unfit")
    #expect(said(try filing(.security), newest: 1) == "registry.already_exists")
    #expect(said(try filing(.security, version: 2), newest: 1) == nil)
  }

  @Test(
    "a filing passes to the successor, once, and waits for the authority again (hebi-2021/6.3d)")
  func succession() throws {
    let (ma, he) = (try person("ma"), try person("he"))
    let held = try filing(.security, ["ma", "li"], isConfirmed: true)
    let time = Instant(milliseconds: 9)
    let next = try #require(held.succeeded(after: ma, by: he, filer: "z", at: time))
    #expect(next.persons.map(\.text) == ["he", "li"] && next.version == 2)
    #expect(next.confirmation == nil && next.filed == time && next.filer == "z")
    let fewer = held.succeeded(after: ma, by: try person("li"), filer: "z", at: time)
    #expect(fewer?.persons.map(\.text) == ["li"])
    #expect(held.succeeded(after: ma, by: nil, filer: "z", at: time) == nil)
    #expect(held.succeeded(after: he, by: ma, filer: "z", at: time) == nil)
  }
}

@Suite("Duties over the wire", .timeLimit(.minutes(5 * patience)))
struct DutyCallTests {
  private static let affairs = "departments/civil-affairs"

  private func file(
    _ node: GatewayNode, _ duty: String, _ persons: [String], version: Int32 = 1,
    by who: String = "civil-affairs/li", of department: String = affairs
  ) async throws -> RegistryV1.DutyFiling {
    try await node.registry(who).fileDuty(
      .init(
        filing: .init(
          name: "\(department)/duties/\(duty)", version: version, unit: "信息科",
          persons: persons.map { "\(department)/persons/\($0)" }), requestID: fresh()))
  }

  private func gaps(_ node: GatewayNode, _ department: String = affairs) async throws -> [String] {
    try await node.registry("data-bureau/wu").listDutyGaps(.init()).gaps
      .filter { $0.department == department }
      .map { "\($0.duty) \($0.gap) \($0.article)\($0.required ? " required" : "")" }
  }

  @Test(
    "who has no implementing or security unit is flagged until unit and person are filed",
    .obligation("meizhou-public-2023/6.i1"))
  func flagged() async throws {
    try await withNode { node in
      let both = [
        "implementing missing meizhou-public-2023/6.i1",
        "security missing meizhou-public-2023/39.2a",
      ]
      #expect(try await gaps(node) == both)
      let li = try node.registry("civil-affairs/li")
      let before = try await li.getDepartment(.init(name: Self.affairs))
      #expect(before.duties.isEmpty && before.dutyGaps.map(\.duty) == ["implementing", "security"])
      _ = try await file(node, "implementing", ["zhang"])
      #expect(try await gaps(node) == [both[1]])
      let made = try await file(node, "security", ["li"])
      #expect(made.filer == "\(Self.affairs)/persons/li" && made.fileTime != nil)
      #expect(try await gaps(node).isEmpty)
      let after = try await li.getDepartment(.init(name: Self.affairs))
      #expect(after.duties == ["implementing", "security"] && after.dutyGaps.isEmpty)
      // What the other services judge by is the same.
      let topics = try await #require(node.store.database.outbox).read(after: 0, limit: 100)
        .map(\.topic)
      #expect(topics.filter { $0 == "registry.duty_filed" }.count == 2)
    }
  }

  @Test("nobody files for another body, for an unknown duty, or with somebody from elsewhere")
  func refused() async throws {
    try await withNode { node in
      let other = await refusal {
        try await file(node, "security", ["sun"], of: "departments/justice")
      }
      #expect(other?.reason == "registry.not_your_department")
      let duty = await refusal { try await file(node, "singing", ["li"]) }
      #expect(duty?.code == .invalidArgument && duty?.trailers["weir-field"] == "filing.name")
      let stranger = await refusal { try await file(node, "security", ["sun"]) }
      #expect(stranger?.reason == "registry.duty_person_unfit")
      #expect(stranger?.trailers["weir-article"] == "hebi-2021/6.3c")
      let own = await refusal {
        try await node.registry("civil-affairs/li").confirmDuty(
          .init(name: "\(Self.affairs)/duties/security", version: 1, requestID: fresh()))
      }
      #expect(own?.reason == "access.role_missing")
    }
  }

  @Test(
    "dedicated staff are filed with time, confirmed by the authority, and the body is listed until then",
    .obligation("hebi-2021/6.3c"))
  func dedicated() async throws {
    try await withNode { node in
      try node.law.take(under: "hebi-2021")
      #expect(try await gaps(node).first == "dedicated missing hebi-2021/6.3c")
      let filed = try await file(node, "dedicated", ["zhang"])
      #expect(filed.fileTime != nil && filed.confirmer.isEmpty)
      #expect(try await gaps(node).first == "dedicated unconfirmed hebi-2021/6.3c")
      let wu = try node.registry("data-bureau/wu")
      let request = RegistryV1.ConfirmDutyRequest(
        name: filed.name, version: 1, requestID: fresh())
      let confirmed = try await wu.confirmDuty(request)
      #expect(confirmed.confirmer == "departments/data-bureau/persons/wu")
      #expect(confirmed.confirmTime != nil)
      #expect(try await gaps(node) == ["security missing hebi-2021/26.1d"])
      let unseen = await refusal {
        try await wu.confirmDuty(.init(name: filed.name, version: 2, requestID: fresh()))
      }
      #expect(unseen?.code == .aborted)
      let twice = await refusal {
        try await wu.confirmDuty(.init(name: filed.name, version: 1, requestID: fresh()))
      }
      #expect(twice?.code == .alreadyExists)
    }
  }

  @Test(
    "a filed person who leaves without a successor is told to body and authority; with one the filing follows, with history",
    .obligation("hebi-2021/6.3d"))
  func changed() async throws {
    try await withNode { node in
      try node.law.take(under: "hebi-2021")
      let wu = try node.registry("data-bureau/wu")
      _ = try await file(node, "dedicated", ["zhang"])
      _ = try await wu.confirmDuty(
        .init(name: "\(Self.affairs)/duties/dedicated", version: 1, requestID: fresh()))
      _ = try await wu.disablePerson(
        .init(
          name: "\(Self.affairs)/persons/zhang", reason: "调离",
          successor: "\(Self.affairs)/persons/li", requestID: fresh()))
      let history = try await wu.listDutyFilings(.init(parent: Self.affairs)).filings
      #expect(history.map(\.version) == [2, 1])
      #expect(
        history.map(\.persons) == [
          ["\(Self.affairs)/persons/li"], ["\(Self.affairs)/persons/zhang"],
        ])
      #expect(history[0].confirmer.isEmpty && !history[1].confirmer.isEmpty)
      #expect(try await wu.listNotices(.init()).notices.isEmpty)
      #expect(try await gaps(node).first == "dedicated unconfirmed hebi-2021/6.3c")

      // Li is the last: nobody can succeed.
      _ = try await wu.disablePerson(
        .init(name: "\(Self.affairs)/persons/li", reason: "退休", requestID: fresh()))
      let told = try await wu.listNotices(.init()).notices
      #expect(told.map(\.resource) == ["\(Self.affairs)/duties/dedicated"])
      #expect(told.first?.notice == "vacant" && told.first?.due?.article == "hebi-2021/6.3c")
      #expect(told.first?.department == Self.affairs)
      #expect(try await gaps(node).first == "dedicated vacant hebi-2021/6.3c")
      _ = try await wu.registerPerson(
        .init(
          person: .init(
            name: "\(Self.affairs)/persons/qian", title: "钱", roles: ["dept-officer"]),
          requestID: fresh()))
      _ = try await file(node, "dedicated", ["qian"], version: 3, by: "data-bureau/wu")
      #expect(try await gaps(node).first == "dedicated unconfirmed hebi-2021/6.3c")
      #expect(
        try await wu.listDutyFilings(.init(parent: Self.affairs)).filings.map(\.version)
          == [3, 2, 1])
    }
  }

  @Test(
    "what a body is there for is recorded by its authority, each once, and told with it (luyi-2019/5.i2)"
  )
  func functions() async throws {
    try await withNode { node in
      let wu = try node.registry("data-bureau/wu")
      func record(_ functions: [String]) async throws -> RegistryV1.Department {
        try await wu.updateDepartment(
          .init(
            department: .init(name: Self.affairs, functions: functions), updateMask: ["functions"],
            reason: "依三定规定", requestID: fresh()))
      }
      let both = ["殡葬管理", "社会救助"]
      #expect(try await record(both).functions == both)
      let shown = try await node.registry("justice/sun").getDepartment(.init(name: Self.affairs))
      #expect(shown.functions == both)
      #expect(shown.corrections.map(\.corrected) == ["殡葬管理；社会救助"])
      #expect(try await node.store.snapshot().departments[code("civil-affairs")]?.functions == both)
      for bad in [["殡葬管理", "殡葬管理"], ["殡葬\n管理"], [""]] {
        let said = await refusal { try await record(bad) }
        #expect(said?.trailers["weir-field"] == "department.functions", "\(bad)")
      }
    }
  }

  @Test(
    "the security file of a body lists rules, responsible person, last check and last backup",
    .obligation("meizhou-public-2023/6.i5"))
  func securityFile() async throws {
    try await withNode { node in
      let li = try node.registry("civil-affairs/li")
      let empty = try await li.getSecurityFile(.init(parent: Self.affairs))
      #expect(empty.rules == nil && empty.responsible == nil && empty.lastCheck == nil)
      #expect(empty.lastBackup == nil && empty.gaps.map(\.gap) == ["missing"])
      _ = try await li.registerDocument(
        .init(
          document: .init(
            name: "\(Self.affairs)/documents/security_rules", version: 1, title: "数据安全管理制度",
            sha256: [UInt8](repeating: 7, count: 32), reviewDate: "2099-01-01"),
          requestID: fresh()))
      _ = try await file(node, "security", ["li"])
      func record(_ kind: String, _ date: String) async throws {
        _ = try await li.recordSafeguard(
          .init(
            safeguard: .init(
              department: Self.affairs, kind: kind, date: date, result: "已完成"),
            requestID: fresh()))
      }
      try await record("check", "2024-02-01")
      try await record("check", "2024-03-01")
      try await record("check", "2024-01-01")
      try await record("backup", "2024-02-20")
      // Its authority sees it, another body does not.
      let file = try await node.registry("data-bureau/wu").getSecurityFile(
        .init(parent: Self.affairs))
      #expect(file.rules?.title == "数据安全管理制度")
      #expect(file.responsible?.persons == ["\(Self.affairs)/persons/li"])
      #expect(file.lastCheck?.date == "2024-03-01" && file.lastBackup?.date == "2024-02-20")
      #expect(file.gaps.isEmpty)
      let sun = try node.registry("justice/sun")
      let other = await refusal { try await sun.getSecurityFile(.init(parent: Self.affairs)) }
      #expect(other?.reason == "registry.not_your_department")
      let future = await refusal { try await record("backup", "2999-01-01") }
      #expect(future?.trailers["weir-field"] == "safeguard.date")
      let unknown = await refusal { try await record("party", "2024-01-01") }
      #expect(unknown?.trailers["weir-field"] == "safeguard.kind")
    }
  }
}
