// How the registry says no: one case per reason, with the article, in both languages.

package import Vocabulary

/// The registry, or the regulation behind it, saying no.
package enum RegistryRefusal: Error, Hashable, Sendable {
  /// What a malformed field should have looked like.
  package enum Form: Hashable, Sendable {
    case slug, name, title, kind, level, region, territory, state, serial, pageToken, requestID
    case certificateRequest, mask, hash, document, day, body, duty, pastDay, safeguard, functions
  }

  case malformed(field: String, Form)
  case unknown(String)
  case exists(String)
  case notYourDepartment(DepartmentCode, caller: DepartmentCode)
  case ownState(DepartmentCode)
  case authorityUnfit(DepartmentCode)
  case authorityExists(DepartmentCode)
  case nothingToCorrect(String)
  case authorityStays(DepartmentCode)
  case stillAuthority(DepartmentCode, of: DepartmentCode)
  case identityNumberInText(field: String)
  case activationIncomplete(DepartmentCode, missing: [Role], Citation)
  case roleUnknown(String, field: String)
  case roleNotForPersons(Role)
  case roleNotYours(Role)
  case rolesExclude(Role, Role)
  case authorityRoleElsewhere(DepartmentCode)
  case disabled(String)
  case successorMissing(String)
  case successorUnfit(String)
  case responsibleUnfit(field: String)
  case workstationHasNone(String)
  case confirmationMissing(String)
  case confirmationUnfit(String)
  case rolesCertified(String, Role)
  case termTooLong(asked: Int64, longest: Int64)
  case alreadyRevoked(String)
  case renewalTooEarly(String, from: Instant)
  case renewalSameKey
  case renewalsTooMany(String)
  case requestIDReused(String)
  case bodyOutsideScope(BodyKind, accepted: [BodyKind], Citation)
  case instrumentMissing(BodyKind, Citation)
  case namingMissing(DepartmentCode, Citation)
  case roleNotForBody(Role, BodyKind, Citation)
  case dutyPersonMissing(String)
  case dutyPersonUnfit(String)
}

extension RegistryRefusal: Refusal {
  package var reason: String {
    switch self {
    case .malformed: "registry.malformed"
    case .unknown: "registry.not_found"
    case .exists: "registry.already_exists"
    case .notYourDepartment: "registry.not_your_department"
    case .ownState: "registry.own_state"
    case .authorityUnfit: "registry.authority_unfit"
    case .authorityExists: "registry.authority_exists"
    case .nothingToCorrect: "registry.nothing_to_correct"
    case .authorityStays: "registry.authority_stays"
    case .stillAuthority: "registry.still_authority"
    case .identityNumberInText: "registry.identity_number_in_text"
    case .activationIncomplete: "registry.activation_incomplete"
    case .roleUnknown: "registry.role_unknown"
    case .roleNotForPersons: "registry.role_not_for_persons"
    case .roleNotYours: "registry.role_not_yours"
    case .rolesExclude: "registry.roles_exclude"
    case .authorityRoleElsewhere: "registry.authority_role_elsewhere"
    case .disabled: "registry.disabled"
    case .successorMissing: "registry.successor_missing"
    case .successorUnfit: "registry.successor_unfit"
    case .responsibleUnfit: "registry.responsible_unfit"
    case .workstationHasNone: "registry.workstation_has_no_certificate"
    case .confirmationMissing: "registry.confirmation_missing"
    case .confirmationUnfit: "registry.confirmation_unfit"
    case .rolesCertified: "registry.roles_certified"
    case .termTooLong: "registry.term_too_long"
    case .alreadyRevoked: "registry.already_revoked"
    case .renewalTooEarly: "registry.renewal_too_early"
    case .renewalSameKey: "registry.renewal_same_key"
    case .renewalsTooMany: "registry.renewals_too_many"
    case .requestIDReused: "registry.request_id_reused"
    case .bodyOutsideScope: "registry.body_outside_scope"
    case .instrumentMissing: "registry.instrument_missing"
    case .namingMissing: "registry.naming_missing"
    case .roleNotForBody: "registry.role_not_for_body"
    case .dutyPersonMissing: "registry.duty_person_missing"
    case .dutyPersonUnfit: "registry.duty_person_unfit"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .malformed, .roleUnknown, .termTooLong, .successorMissing, .identityNumberInText,
      .confirmationMissing,
      .nothingToCorrect, .renewalSameKey, .instrumentMissing, .namingMissing, .dutyPersonMissing:
      .malformed
    case .unknown: .notFound
    case .exists, .requestIDReused: .alreadyExists
    case .notYourDepartment, .ownState, .roleNotForPersons, .roleNotYours, .rolesExclude,
      .authorityRoleElsewhere, .confirmationUnfit, .bodyOutsideScope, .roleNotForBody:
      .notAllowed
    case .authorityUnfit, .authorityExists, .activationIncomplete, .disabled, .successorUnfit,
      .responsibleUnfit, .workstationHasNone, .alreadyRevoked, .authorityStays, .stillAuthority,
      .renewalTooEarly,
      .renewalsTooMany, .rolesCertified, .dutyPersonUnfit:
      .wrongState
    }
  }

  package var field: String? {
    switch self {
    case .malformed(let field, _), .roleUnknown(_, let field), .responsibleUnfit(let field),
      .identityNumberInText(let field):
      field
    case .authorityUnfit, .authorityExists, .authorityStays: "department.authority"
    case .nothingToCorrect: "update_mask"
    case .stillAuthority: "department.region"
    case .roleNotForPersons, .roleNotYours, .rolesExclude, .authorityRoleElsewhere,
      .rolesCertified:
      "roles"
    case .confirmationMissing, .confirmationUnfit: "confirmation"
    case .successorMissing, .successorUnfit: "successor"
    case .workstationHasNone: "subject"
    case .termTooLong: "days"
    case .alreadyRevoked: "serial"
    case .requestIDReused: "request_id"
    case .renewalSameKey: "csr_pem"
    case .bodyOutsideScope: "department.body"
    case .instrumentMissing, .namingMissing: "department.instrument"
    case .roleNotForBody: "roles"
    case .dutyPersonMissing, .dutyPersonUnfit: "filing.persons"
    default: nil
    }
  }

  package var citation: Citation? {
    switch self {
    case .notYourDepartment, .ownState, .authorityUnfit, .stillAuthority:
      Citation(document: "meizhou-public-2023", article: "5.i1")
    case .authorityExists, .authorityStays:
      Citation(document: "meizhou-public-2023", article: "5.0")
    case .identityNumberInText: IdentityNumbers.citation
    case .activationIncomplete(_, _, let citation), .bodyOutsideScope(_, _, let citation),
      .instrumentMissing(_, let citation), .namingMissing(_, let citation),
      .roleNotForBody(_, _, let citation):
      citation
    case .rolesExclude, .authorityRoleElsewhere, .rolesCertified:
      Citation(document: "guangdong-2018", article: "28.1")
    case .roleNotYours, .dutyPersonMissing, .dutyPersonUnfit:
      Citation(document: "hebi-2021", article: "6.3c")
    case .disabled, .successorMissing, .successorUnfit, .confirmationMissing,
      .confirmationUnfit:
      Citation(document: "meizhou-public-2023", article: "39.2b")
    case .responsibleUnfit, .workstationHasNone, .roleNotForPersons:
      Citation(document: "luyi-2019", article: "18.2b")
    case .termTooLong, .alreadyRevoked, .renewalTooEarly, .renewalSameKey, .renewalsTooMany:
      Citation(document: Citation.productDocument, article: "certificates")
    default: nil
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .notYourDepartment, .roleNotYours:
      BilingualText(
        "请由该部门所属层级、区域的主管部门办理。", "Ask the authority of that department's level and region.")
    case .activationIncomplete:
      BilingualText(
        "请先登记并指定上述人员，再启用该部门。",
        "Register and name these persons first, then activate the department.")
    case .bodyOutsideScope(_, let accepted, _):
      BilingualText(
        "本办法所收单位：\(accepted.map(\.term.chinese).joined(separator: "、"))。",
        "Taken are: \(accepted.map(\.term.english).joined(separator: ", ")).")
    case .instrumentMissing, .namingMissing:
      BilingualText(
        "请写明文件名称和条款：--instrument law:名称:条款。",
        "Name the document and its article: --instrument law:title:article.")
    case .rolesExclude:
      BilingualText("请把两种职责交给不同的人。", "Give the two duties to different persons.")
    case .successorMissing:
      BilingualText("请在 successor 中写明接手人。", "Name the person who takes over in successor.")
    case .stillAuthority(_, let department):
      BilingualText(
        "请先更正 \(department) 的主管部门：weir department update \(department) --authority …。",
        "Correct the authority of \(department) first: weir department update \(department) --authority …."
      )
    case .authorityStays:
      BilingualText(
        "请另行登记：weir department register；原单位停用。",
        "Register another: weir department register; and disable this one.")
    case .renewalSameKey:
      BilingualText("请生成新的密钥。", "Make a new key.")
    case .renewalTooEarly, .renewalsTooMany:
      BilingualText(
        "如须提前换发，请由本部门主要负责人申请签发：weir department certificate request。",
        "If it must be now, have the principal head of your department ask for one: weir department certificate request."
      )
    case .confirmationMissing, .confirmationUnfit:
      BilingualText(
        "请由一人申请、本部门或主管部门的另一持证人员批准：weir department certificate request、approve。",
        "One asks, another certified person of the department or of its authority approves: weir department certificate request, approve."
      )
    case .rolesCertified:
      BilingualText(
        "请先吊销其证书，设定角色，再由两人重新签发：weir department certificate revoke。",
        "Revoke his certificates, give the role, and let two persons issue anew: weir department certificate revoke."
      )
    case .dutyPersonMissing, .dutyPersonUnfit:
      BilingualText(
        "请写明本单位在任人员：weir department duty file … --person …；未登记的先登记：weir department person add。",
        "Name active persons of the body: weir department duty file … --person …; register them first: weir department person add."
      )
    case .identityNumberInText:
      BilingualText("请删去号码。", "Take the number out.")
    case .workstationHasNone:
      BilingualText("请为在工作站上工作的人员签发个人证书。", "Issue certificates to the persons who work there.")
    default: nil
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .malformed(let field, let form):
      BilingualText(
        "字段 \(field) 有误：\(form.text.chinese)。", "\(field) is malformed: \(form.text.english).")
    case .unknown(let name):
      BilingualText("注册表中没有 \(name)。", "The registry holds no \(name).")
    case .exists(let name):
      BilingualText("\(name) 已经登记。", "\(name) is already registered.")
    case .notYourDepartment(let department, let caller):
      BilingualText(
        "部门 \(department) 不归 \(caller) 管理。", "Department \(department) is not managed by \(caller)."
      )
    case .ownState(let code):
      BilingualText("\(code) 不能停用或启用自己。", "\(code) cannot change its own state.")
    case .alreadyRevoked(let serial):
      BilingualText("证书 \(serial) 已经吊销。", "Certificate \(serial) is already revoked.")
    case .termTooLong(let asked, let longest):
      BilingualText(
        "申请 \(asked) 天，本节点最长 \(longest) 天。",
        "\(asked) days were asked for; this node issues at most \(longest).")
    case .renewalTooEarly(let serial, let from):
      BilingualText(
        "证书 \(serial) 自 \(from.shanghaiText) 起可以续期。",
        "Certificate \(serial) can be renewed from \(from.rfc3339) on.")
    case .renewalSameKey:
      BilingualText("续期须用新的密钥。", "A renewed certificate is for a new key.")
    case .renewalsTooMany(let name):
      BilingualText(
        "\(name) 已有多份续期而未使用的证书。", "\(name) has several renewed certificates already.")
    case .requestIDReused(let id):
      BilingualText("请求号 \(id) 已用于另一内容。", "Request id \(id) stood for other content.")
    case .disabled(let name):
      BilingualText("\(name) 已停用。", "\(name) is disabled.")
    default: roleSentence ?? stateSentence
    }
  }

  /// Sentences about roles.
  private var roleSentence: BilingualText? {
    switch self {
    case .roleUnknown(let slug, _):
      BilingualText("没有名为“\(slug)”的角色。", "There is no role named \"\(slug)\".")
    case .roleNotForPersons(let role):
      BilingualText(
        "个人不能担任“\(role.term.chinese)”。", "No person can hold the role \(role.term.english).")
    case .roleNotYours(let role):
      BilingualText(
        "部门主要负责人不能授予或收回“\(role.term.chinese)”。",
        "A principal head cannot give or take the role \(role.term.english).")
    case .rolesExclude(let first, let second):
      BilingualText(
        "“\(first.term.chinese)”与“\(second.term.chinese)”不得由同一人担任：运营、管理、监管三方分离。",
        "One person cannot be \(first.term.english) and \(second.term.english): operation, management and supervision "
          + "are kept apart.")
    case .roleNotForBody(let role, let kind, _):
      BilingualText(
        "“\(kind.term.chinese)”的人员不能担任“\(role.term.chinese)”。",
        "Nobody of a body that is \(kind.term.english) holds the role \(role.term.english).")
    case .authorityRoleElsewhere(let department):
      BilingualText(
        "\(department) 不是主管部门，其人员不能担任数据主管部门角色。",
        "\(department) is not an authority, so none of its persons can hold the authority's role.")
    default: nil
    }
  }

  /// Sentences about who must be there, or must not.
  private var stateSentence: BilingualText {
    switch self {
    case .authorityUnfit(let code):
      BilingualText(
        "\(code) 不是该层级、区域的有效主管部门。", "\(code) is no active authority for that level and region.")
    case .authorityExists(let code):
      BilingualText(
        "该层级、区域已有主管部门 \(code)。", "That level and region already has the authority \(code).")
    case .nothingToCorrect(let name):
      BilingualText(
        "\(name) 的登记与更正内容相同。", "\(name) is registered as it would be corrected.")
    case .authorityStays(let code):
      BilingualText(
        "\(code) 是不是主管部门，不能用更正改变。",
        "A correction does not change whether \(code) is an authority.")
    case .stillAuthority(let code, let department):
      BilingualText(
        "\(code) 仍是 \(department) 的主管部门，更正后将管不到它。",
        "\(code) is still the authority of \(department), which would be out of its reach.")
    case .identityNumberInText(let field):
      BilingualText("\(field) 中有公民身份号码。", "There is an identity number in \(field).")
    case .activationIncomplete(let code, let missing, _):
      BilingualText(
        "\(code) 尚缺：\(missing.map(\.term.chinese).joined(separator: "、"))。",
        "\(code) still lacks: \(missing.map(\.term.english).joined(separator: ", ")).")
    case .successorMissing(let name):
      BilingualText(
        "停用 \(name) 时须指定接手其未办事项的人。",
        "Disabling \(name) needs somebody to take over the open duties.")
    case .successorUnfit(let name):
      BilingualText(
        "\(name) 不是本部门在任的其他人员，不能接手。",
        "\(name) is no other active person of the department, so cannot take over.")
    case .bodyOutsideScope(let kind, _, _):
      BilingualText(
        "本办法不收“\(kind.term.chinese)”。", "The governing text takes in no \(kind.term.english).")
    case .instrumentMissing(let kind, _):
      BilingualText(
        "“\(kind.term.chinese)”须写明授权的法律、法规或规章。",
        "A \(kind.term.english) names the law, regulation or rule that authorises it.")
    case .namingMissing(let code, _):
      BilingualText(
        "\(code) 登记为主管部门，须写明本级政府确定它的文件。",
        "\(code) is registered as an authority: the document by which its government named it is stated."
      )
    default: certificateSentence
    }
  }

  /// Sentences about who answers for a system, and who stands behind a certificate.
  private var certificateSentence: BilingualText {
    switch self {
    case .responsibleUnfit:
      BilingualText(
        "系统须有本部门在任人员负责。", "An active person of the department must answer for a system.")
    case .confirmationMissing(let name):
      BilingualText(
        "为 \(name) 签发证书须由两人签名，请求只附一人的。",
        "A certificate for \(name) takes two persons' signatures; only one came.")
    case .confirmationUnfit(let name):
      BilingualText(
        "\(name) 不能作为签发证书的第二人：须是另一名在任且持有效证书的人员。",
        "\(name) cannot be the second behind a certificate: that is another active person with a good one."
      )
    case .rolesCertified(let name, let role):
      BilingualText(
        "\(name) 持有效证书，不能再授予“\(role.term.chinese)”：两人签发证书时须见到这一职责。",
        "\(name) holds a good certificate, so cannot become \(role.term.english): the two who issue it must have seen the role."
      )
    case .dutyPersonMissing(let name):
      BilingualText(
        "\(name) 须写明 1 至 \(mostDutyPersons) 名不重复的人员。",
        "\(name) names 1 to \(mostDutyPersons) persons, each once.")
    case .dutyPersonUnfit(let name):
      BilingualText(
        "\(name) 不是该单位的在任人员。", "\(name) is no active person of that body.")
    case .workstationHasNone(let name):
      BilingualText(
        "\(name) 没有自己的证书：在其上使用个人证书。",
        "\(name) has no certificate of its own: persons use theirs there.")
    default:
      // Every case has its sentence above; a new one without any fails the test that reads them all.
      BilingualText("", "")
    }
  }
}

extension RegistryRefusal.Form {
  /// What was expected.
  package var text: BilingualText {
    switch self {
    case .slug:
      BilingualText(
        "应为 2 至 40 个小写字母、数字或连字符，以字母开头",
        "2 to 40 lower-case letters, digits or hyphens, a letter first")
    case .name:
      BilingualText(
        "应为资源名称，其中代码为 2 至 40 个小写字母、数字或连字符，以字母开头",
        "a resource name; codes in it are 2 to 40 lower-case letters, digits or hyphens, a letter first"
      )
    case .title:
      BilingualText("应为 1 至 300 字节的文字，不含控制字符", "text of 1 to 300 bytes without control characters")
    case .kind:
      BilingualText(
        "最多 32 个部门类别，每个不含空格和逗号", "at most 32 kinds, none with a blank or a comma")
    case .level: BilingualText("应为省、市、县或功能区", "province, city, county or functional zone")
    case .region: BilingualText("应为六位行政区划代码（GB/T 2260）", "a six-digit region code (GB/T 2260)")
    case .territory:
      BilingualText("应为两位大写字母的国家或地区代码", "a country or region by its two capital letters")
    case .state: BilingualText("应为启用或停用", "active or disabled")
    case .serial: BilingualText("应为十六进制证书序列号", "a certificate serial in hexadecimal")
    case .pageToken: BilingualText("不是本服务发出的翻页标记", "not a page token of this list")
    case .requestID: BilingualText("应为 1 至 64 个可见字符", "1 to 64 visible characters")
    case .mask:
      BilingualText(
        "应为 title、level、region、kinds、authority、body、instrument、functions 中的一项或几项",
        "one or more of title, level, region, kinds, authority, body, instrument, functions, each once"
      )
    case .body:
      BilingualText(
        "应为 \(BodyKind.allCases.map(\.rawValue).joined(separator: "、")) 之一",
        "one of \(BodyKind.allCases.map(\.rawValue).joined(separator: ", "))")
    case .hash: BilingualText("应为文件的 SHA-256，32 字节", "the SHA-256 of the file, 32 bytes")
    case .document:
      BilingualText(
        "应为 departments/单位/documents/种类，种类与组成部分须是已知的",
        "departments/d/documents/kind, of a kind and with parts that are known")
    case .duty:
      BilingualText(
        "应为 departments/单位/duties/implementing、dedicated 或 security",
        "departments/d/duties/ with implementing, dedicated or security")
    case .functions:
      BilingualText("最多 \(mostFunctions) 项职能，不得重复", "at most \(mostFunctions) functions, each once")
    case .pastDay: BilingualText("不得晚于今天", "no later than today")
    case .safeguard: BilingualText("应为 check（检查）或 backup（备份）", "check or backup")
    case .day: BilingualText("应为日期，如 2027-03-04", "a date like 2027-03-04")
    case .certificateRequest:
      BilingualText(
        "应为 P-256 密钥自签的 PKCS#10 证书请求（PEM）", "a PKCS#10 request in PEM, signed by its own P-256 key")
    }
  }
}
