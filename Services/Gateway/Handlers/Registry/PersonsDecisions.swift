// What people sign of the registry: what their statements say, and how each is taken, once (DESIGN.md section 6).

import Access
import Contracts
import Crypto
import Database
import GatewayRules
import GatewayStore
import Integrity
import Vocabulary

extension RegistryService {
  /// The statement that a caller is to sign.
  func statement(of decision: Decision, _ call: CallContext) -> [UInt8] {
    decisions.statement(of: decision, by: call.caller)
  }

  /// Takes the caller's statement for a decision.
  ///
  /// - Returns: The members by which the log keeps it.
  func take(
    _ signed: CommonV1.SignedDecision?, for decision: Decision, _ call: CallContext,
    in transaction: borrowing WriteTransaction
  ) throws -> [(String, JSONValue)] {
    try decisions.take(
      signed.map { SignedStatement($0) }, for: decision, by: call.caller
    ) { hash, signed in
      try transaction.keepStatement(
        hash: hash, resource: decision.resource, action: decision.action.rawValue, signed: signed)
    }
  }

  /// Takes the statement of the second person behind a certificate, who signed before.
  ///
  /// Whoever it is must be active and hold a good certificate by what the registry says now.
  ///
  /// - Returns: That person, `nil` where nobody signed, and the members by which the log keeps the statement.
  func takeConfirmation(
    _ signed: CommonV1.SignedDecision?, for decision: Decision,
    in transaction: borrowing WriteTransaction
  ) throws -> (person: RegistryManager?, [(String, JSONValue)]) {
    guard let signed else { return (nil, []) }
    let (stated, json) = try decisions.takeOther(
      SignedStatement(signed), for: decision, within: confirmationMilliseconds
    ) { hash, signed in
      try transaction.keepStatement(
        hash: hash, resource: decision.resource, action: decision.action.rawValue, signed: signed)
    }
    let certificate = try transaction.certificate(fingerprint: stated.certificateHash)
    let department = try transaction.known(stated.department)
    let person = try transaction.known(stated.department, stated.person)
    guard let certificate, certificate.subject == person.principal,
      certificate.revocation == nil, certificate.notAfter > real(), person.state == .active,
      department.state == .active
    else { throw RegistryRefusal.confirmationUnfit(person.principal.name) }
    return (
      RegistryManager(department: department, person: person.id, roles: person.roles),
      [("confirmed", json)]
    )
  }

  /// Whose certificate it will be, with which roles, for which request, and for how long.
  func decision(
    toIssue request: RegistryV1.IssueCertificateRequest, to subject: Principal, days: Int64,
    _ transaction: borrowing some SQLReading & ~Copyable
  ) throws -> Decision {
    var decided: JSONObject = [
      "request": .string(Hex.encode(SHA256.hash(request.csrPem))), "days": .integer(days),
    ]
    let version: Int64
    switch subject {
    case .person(let code, let id):
      let row = try transaction.known(code, id)
      decided["title"] = .string(row.title)
      decided["roles"] = .array(row.message.roles.map { .string($0) })
      version = row.version
    case .system(let code, let name):
      let row = try transaction.known(code, name)
      decided["title"] = .string(row.title)
      version = row.version
    }
    return Decision(
      .issueCertificate, on: subject.name, etag: String(version), profile: "", decided)
  }

  /// Which certificate is refused from now on, and why.
  func decision(toRevoke row: RegisteredCertificate, reason: String) -> Decision {
    Decision(
      .revokeCertificate, on: row.subject.name, etag: String(row.version), profile: "",
      ["serial": .string(row.serial), "reason": .string(reason)])
  }

  /// What a person may do from now on.
  func decision(toSet former: RegisteredPerson, as next: RegisteredPerson) -> Decision {
    Decision(
      .setPersonRoles, on: former.principal.name, etag: String(former.version), profile: "",
      ["roles": .array(next.message.roles.map { .string($0) })])
  }

  /// Whose access ends, and who takes over.
  func decision(
    toDisable former: RegisteredPerson, _ request: RegistryV1.DisablePersonRequest
  ) -> Decision {
    Decision(
      .disablePerson, on: former.principal.name, etag: String(former.version), profile: "",
      ["reason": .string(request.reason), "successor": .string(request.successor)])
  }

  /// All that is registered of a new department.
  func decision(toRegister row: RegisteredDepartment) -> Decision {
    Decision(.registerDepartment, on: row.name, etag: "", profile: "", row.stated)
  }

  /// What is registered of a department after its correction, and why.
  func decision(
    toCorrect former: RegisteredDepartment, as next: RegisteredDepartment, reason: String
  ) -> Decision {
    var decided = next.stated
    decided["reason"] = .string(reason)
    return Decision(
      .updateDepartment, on: former.name, etag: String(former.version), profile: "", decided)
  }

  /// Whether a department may act from now on, and why.
  func decision(
    toSet former: RegisteredDepartment, as next: RegisteredDepartment, reason: String
  ) -> Decision {
    Decision(
      .setDepartmentState, on: former.name, etag: String(former.version), profile: "",
      [
        "state": .string(next.state == .active ? "active" : "disabled"),
        "reason": .string(reason),
      ])
  }
}

extension RegisteredDepartment {
  fileprivate var stated: JSONObject {
    var stated: JSONObject = [
      "title": .string(title), "level": .string("\(level)"),
      "region": .string(region.text), "kinds": .array(kinds.map { .string($0) }),
      "authority": .string(authority.map { ResourceName.department($0).text } ?? ""),
      "body": .string(body.rawValue),
    ]
    if let instrument { stated["instrument"] = instrument.stated }
    if !functions.isEmpty { stated["functions"] = .array(functions.map { .string($0) }) }
    return stated
  }
}
