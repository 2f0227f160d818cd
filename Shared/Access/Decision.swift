// What a person decides, in the words that he signs.

import Crypto
package import Integrity
package import Vocabulary

/// The decisions that nobody takes without his own signature (DESIGN.md section 6). The words are never reused.
package enum DecisionAction: String, Sendable, CaseIterable {
  case submitApplication = "share.submit_application"
  case reviewApplication = "share.review_application"
  case revokeGrant = "share.revoke_grant"
  case suspendGrant = "share.suspend_grant"
  case resumeGrant = "share.resume_grant"
  case subscribe = "share.subscribe"
  case acceptGrant = "share.accept_grant"
  case fileAccessModes = "share.file_access_modes"
  case concludeCase = "share.conclude_case"
  case confirmCase = "share.confirm_case"
  case holdLine = "share.hold_line"
  case decideVerification = "share.decide_verification"
  case submitEntry = "catalog.submit_entry"
  case reviewEntry = "catalog.review_entry"
  case publishEntry = "catalog.publish_entry"
  case fileNotShared = "catalog.file_not_shared"
  case withdrawEntry = "catalog.withdraw_entry"
  case requestDestruction = "ingest.request_destruction"
  case approveDestruction = "ingest.approve_destruction"
  case registerDepartment = "registry.register_department"
  case updateDepartment = "registry.update_department"
  case setDepartmentState = "registry.set_department_state"
  case issueCertificate = "registry.issue_certificate"
  case revokeCertificate = "registry.revoke_certificate"
  case setPersonRoles = "registry.set_person_roles"
  case disablePerson = "registry.disable_person"
  case requestAct = "audit.request_act"
  case approveAct = "audit.approve_act"
  case proposeLaw = "registry.propose_law"
  case decideLaw = "registry.decide_law"

  package var term: BilingualText {
    switch self {
    case .submitApplication: BilingualText("提交共享申请", "submit an application for data")
    case .reviewApplication: BilingualText("审核共享申请", "review an application for data")
    case .revokeGrant: BilingualText("撤销授权", "revoke a grant")
    case .suspendGrant: BilingualText("暂停授权", "suspend a grant")
    case .resumeGrant: BilingualText("恢复授权", "resume a grant")
    case .subscribe: BilingualText("取用无条件共享数据", "take unconditional data into use")
    case .acceptGrant: BilingualText("接受授权", "accept a grant")
    case .fileAccessModes:
      BilingualText("登记数据获取方式", "file the ways by which data are obtained")
    case .concludeCase: BilingualText("核查线索", "check a lead")
    case .confirmCase: BilingualText("复核线索", "confirm what was found of a lead")
    case .holdLine: BilingualText("暂缓发放", "hold a payment")
    case .decideVerification: BilingualText("答复核实比对", "decide on a verification request")
    case .fileNotShared: BilingualText("备案不予共享", "file what is not shared")
    case .withdrawEntry: BilingualText("撤回目录条目", "withdraw an entry of the catalogue")
    case .submitEntry: BilingualText("提交目录条目送审", "submit an entry of the catalogue")
    case .reviewEntry: BilingualText("审核目录条目", "review an entry of the catalogue")
    case .publishEntry: BilingualText("发布目录条目", "publish an entry of the catalogue")
    case .requestDestruction: BilingualText("申请销毁数据", "ask for the destruction of data")
    case .approveDestruction: BilingualText("批准销毁数据", "approve the destruction of data")
    case .registerDepartment: BilingualText("登记部门", "register a department")
    case .updateDepartment: BilingualText("更正部门登记", "correct what is registered of a department")
    case .issueCertificate: BilingualText("签发证书", "issue a certificate")
    case .revokeCertificate: BilingualText("吊销证书", "revoke a certificate")
    case .setPersonRoles: BilingualText("设定人员角色", "set a person's roles")
    case .disablePerson: BilingualText("停用人员", "disable a person")
    case .requestAct:
      BilingualText("申请须两人办理的事项", "ask for an act of two persons")
    case .approveAct:
      BilingualText("批准须两人办理的事项", "approve another person's act")
    case .setDepartmentState: BilingualText("启用或停用部门", "activate or disable a department")
    case .proposeLaw: BilingualText("报送规章版本", "bring a version of the law")
    case .decideLaw: BilingualText("批准规章版本", "decide on a version of the law")
    }
  }
}

extension LegalBasis {
  /// A ground as statements tell it.
  package var stated: JSONValue {
    ["kind": .string(kind.rawValue), "title": .string(title), "article": .string(article)]
  }
}

/// A decision as the service would carry it out: all that its statement says but who signs, and when.
package struct Decision: Sendable, Equatable {
  package let action: DecisionAction
  /// `applications/A-1`
  package let resource: String
  /// As the resource stands now: nobody decides on what he has not seen.
  package let etag: String
  /// Texts, integers, lists and objects of them.
  package let decided: JSONObject
  /// The profile under which it is decided, `meizhou-public-2023@1+…`.
  package let profile: String

  package init(
    _ action: DecisionAction, on resource: String, etag: String, profile: String,
    _ decided: JSONObject
  ) {
    self.action = action
    self.resource = resource
    self.etag = etag
    self.decided = decided
    self.profile = profile
  }

  /// The statement that a caller is to sign.
  ///
  /// - Parameter time: Real time, by which certificates are judged.
  package func statement(by caller: Caller, at time: Instant) -> Statement {
    Statement(
      [
        "action": .string(action.rawValue), "resource": .string(resource), "etag": .string(etag),
        "decided": .object(decided), "profile": .string(profile),
        "person": .string(caller.personName ?? ""),
        "certificate": .string(Hex.encode(caller.certificateHash)),
        "time": .integer(time.milliseconds),
      ])
  }
}

/// A statement that was read: what somebody says to have decided.
package struct StatedDecision: Sendable, Equatable {
  package static let memberNames: Set<String> = [
    "action", "resource", "etag", "decided", "profile", "person", "certificate", "time",
  ]

  package let action: DecisionAction
  package let resource: String
  package let etag: String
  package let decided: JSONObject
  package let profile: String
  package let department: DepartmentCode
  package let person: PersonID
  /// SHA-256 of the certificate.
  package let certificateHash: [UInt8]
  /// Real time.
  package let time: Instant

  /// `departments/d/persons/p`
  package var personName: String { ResourceName.person(department, person).text }

  /// Reads a statement with exactly these members; anything else is refused with the name of the member.
  package init(_ statement: Statement) throws(DecisionRefusal) {
    guard case .object(let object) = statement.value else {
      throw .malformed(member: "statement")
    }
    if let other = object.members.first(where: { !Self.memberNames.contains($0.name) }) {
      throw .malformed(member: other.name)
    }
    func text(_ name: String) throws(DecisionRefusal) -> String {
      guard let text = object[name]?.string else { throw .malformed(member: name) }
      return text
    }
    guard let action = DecisionAction(rawValue: try text("action")) else {
      throw .malformed(member: "action")
    }
    guard let decided = object["decided"]?.object, isPlain(.object(decided)) else {
      throw .malformed(member: "decided")
    }
    guard let name = ResourceName(try text("person"), in: .persons),
      let department = name.parentID.flatMap({ DepartmentCode($0) }), let person = PersonID(name.id)
    else { throw .malformed(member: "person") }
    guard let hash = Hex.decode(try text("certificate")), hash.count == 32 else {
      throw .malformed(member: "certificate")
    }
    guard let time = object["time"]?.integer else { throw .malformed(member: "time") }
    self.action = action
    resource = try text("resource")
    etag = try text("etag")
    self.decided = decided
    profile = try text("profile")
    self.department = department
    self.person = person
    certificateHash = hash
    self.time = Instant(milliseconds: time)
  }
}

extension StatedDecision {
  /// Reads the bytes of a statement.
  package init(bytes: [UInt8]) throws(DecisionRefusal) {
    let statement: Statement
    do throws(StatementError) { statement = try Statement(bytes: bytes) } catch {
      throw .notCanonical
    }
    try self.init(statement)
  }

  /// A text among what is decided; empty where there is none.
  package func text(_ member: String) -> String { decided[member]?.string ?? "" }

  /// Whether a text among what is decided is the SHA-256 of these bytes, in hexadecimal.
  package func isHash(_ member: String, of bytes: [UInt8]) -> Bool {
    text(member) == Hex.encode(SHA256.hash(bytes))
  }

  package func texts(_ member: String) -> [String] {
    (decided[member]?.array ?? []).map { $0.string ?? "" }
  }

  /// Of a list of objects, these texts of each.
  package func rows(_ member: String, of names: [String]) -> [[String]] {
    (decided[member]?.array ?? []).map { row in names.map { row[$0]?.string ?? "" } }
  }
}

extension StatedDecision {
  /// What was written of one person's case, as statements tell it: the log is read by more people than the case.
  ///
  /// - Returns: SHA-256 of the canonical JSON of the texts, in hexadecimal: whoever may read the case can compare.
  package static func digest(of texts: [(String, String)]) -> String {
    let object = JSONObject(texts.map { ($0.0, .string($0.1)) })
    return Hex.encode(SHA256.hash(CanonicalJSON.encode(.object(object))))
  }

  /// A claim on a register that is not shared, as the source's statement tells it: nobody who lacks the salt can guess whom it is about.
  package static func digest(ofClaim claim: [UInt8], salt: [UInt8]) -> String {
    Hex.encode(SHA256.hash(salt + claim))
  }
}

/// Strings and integers alone: what every reader of JSON takes for the same.
private func isPlain(_ value: JSONValue) -> Bool {
  switch value {
  case .null, .bool: false
  case .integer, .string: true
  case .array(let values): values.allSatisfy(isPlain)
  case .object(let object): object.members.allSatisfy { isPlain($0.value) }
  }
}
