// What people sign of the registry: what their statements say, and how each is taken, once (DESIGN.md section 6).

import Access
import Contracts
import Database
import GatewayRules
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
    [
      "title": .string(title), "level": .string("\(level)"),
      "region": .string(region.text), "kinds": .array(kinds.map { .string($0) }),
      "authority": .string(authority.map { ResourceName.department($0).text } ?? ""),
    ]
  }
}
