// Departments, persons and systems for the suites of the registry.

import GatewayRules
import Testing
import Vocabulary

func code(_ text: String) throws -> DepartmentCode { try #require(DepartmentCode(text)) }

func person(_ text: String) throws -> PersonID { try #require(PersonID(text)) }

func department(
  _ text: String, _ level: AdministrativeLevel = .city, region: String = "441400",
  authority: String? = "data-bureau", state: RegistryState = .active
) throws -> RegisteredDepartment {
  RegisteredDepartment(
    code: try code(text), title: "部门 \(text)", level: level,
    region: try #require(RegionCode(region)), kinds: [],
    authority: try authority.map { try code($0) }, state: state,
    created: Instant(milliseconds: 0))
}

func authority(
  _ text: String = "data-bureau", _ level: AdministrativeLevel = .city, region: String = "441400"
) throws -> RegisteredDepartment {
  try department(text, level, region: region, authority: nil)
}

func member(
  _ id: String, of department: String, _ roles: Set<Role> = [.departmentOfficer],
  state: RegistryState = .active, successor: String? = nil
) throws -> RegisteredPerson {
  RegisteredPerson(
    department: try code(department), id: try person(id), title: "某\(id)", roles: roles,
    state: state, successor: try successor.map { try person($0) },
    created: Instant(milliseconds: 0))
}

func manager(
  _ department: RegisteredDepartment, _ roles: Set<Role> = [.departmentHead], _ id: String = "boss"
) throws -> RegistryManager {
  RegistryManager(department: department, person: try person(id), roles: roles)
}

/// The reason of the refusal that a rule throws; `nil` when it throws none.
func reason<Value>(_ rule: () throws(RegistryRefusal) -> Value) -> String? {
  do throws(RegistryRefusal) {
    _ = try rule()
    return nil
  } catch { return error.reason }
}
