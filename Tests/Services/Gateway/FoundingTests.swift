// The founding file obeys the rules that every later registration obeys.

import GatewayRules
import Testing
import Vocabulary

func founding() -> [FoundingDraft.Department] {
  func draft(_ code: String, _ authority: String) -> DepartmentDraft {
    DepartmentDraft(
      code: code, title: code, level: 2, region: "441400", kinds: [], authority: authority)
  }
  return [
    FoundingDraft.Department(
      draft: draft("civil-affairs", "data-bureau"),
      persons: [
        .init(id: "li", title: "李", roles: ["dept-head", "dept-security"], certificate: nil)
      ],
      systems: [
        .init(
          name: "registers", title: "登记", responsible: "li",
          certificate: .init(
            fingerprint: [UInt8](repeating: 1, count: 32), serial: "A1",
            notBefore: Instant(milliseconds: 0), notAfter: Instant(milliseconds: 9)))
      ]),
    FoundingDraft.Department(
      draft: draft("data-bureau", ""),
      persons: [
        .init(id: "wu", title: "吴", roles: ["authority", "dept-security"], certificate: nil)
      ], systems: []),
  ]
}

@Suite("The first rows of a registry")
struct FoundingTests {
  private let demand = ActivationDemand.of(document: "meizhou-public-2023")

  private func check(_ change: (inout [FoundingDraft.Department]) -> Void) -> String? {
    var departments = founding()
    change(&departments)
    return reason { () throws(RegistryRefusal) in
      try foundedRows(departments, demand: demand, now: Instant(milliseconds: 5))
    }
  }

  @Test("departments, workstations, persons, systems and certificates, in any order of authorities")
  func rows() throws {
    let rows = try foundedRows(founding(), demand: demand, now: Instant(milliseconds: 5))
    let snapshot = RegistrySnapshot(rows)
    #expect(rows.count == 8)
    #expect(snapshot.departments.count == 2 && snapshot.persons.count == 2)
    #expect(snapshot.systems.count == 3)
    #expect(snapshot.certificates.values.first?.serial == "a1")
    let identity = try snapshot.identify(
      fingerprint: [UInt8](repeating: 1, count: 32), now: Instant(milliseconds: 5)
    ).get()
    #expect(identity.person == nil && identity.system.text == "registers")
  }

  @Test("everything wrong in it stops the start")
  func refusals() {
    #expect(check { _ in } == nil)
    #expect(check { $0.append($0[0]) } == "registry.already_exists")
    #expect(check { $0[0].persons.append($0[0].persons[0]) } == "registry.already_exists")
    #expect(check { $0[0].systems.append($0[0].systems[0]) } == "registry.already_exists")
    #expect(check { $0[0].systems[0].name = "workstation" } == "registry.already_exists")
    #expect(check { $0[0].systems[0].responsible = "wu" } == "registry.responsible_unfit")
    #expect(check { $0[0].draft.authority = "nobody" } == "registry.authority_unfit")
    #expect(check { $0.removeLast() } == "registry.authority_unfit")
    #expect(check { $0[0].draft.authority = "" } == "registry.authority_exists")
    #expect(check { $0[0].persons[0].roles = ["operator"] } == "registry.activation_incomplete")
    #expect(
      check { $0[0].persons[0].roles.append("authority") }
        == "registry.authority_role_elsewhere")
    #expect(check { $0[1].persons[0].roles.append("auditor") } == "registry.roles_exclude")
    #expect(check { $0[1].persons[0].roles = ["king"] } == "registry.role_unknown")
    #expect(check { $0[1].persons[0].id = "Wu" } == "registry.malformed")
    #expect(check { $0[1].persons[0].title = "" } == "registry.malformed")
    #expect(check { $0[1].draft.region = "x" } == "registry.malformed")
    #expect(check { $0[0].systems[0].certificate?.fingerprint = [1] } == "registry.malformed")
  }
}
