// How access says no: who is not known, who may not, and by which way a call must come.

package import Vocabulary

/// A call that is not let in.
package enum AccessRefusal: Error, Hashable, Sendable {
  // Nobody known stands behind the call.
  case certificateMissing
  case certificateUnregistered(serial: String)
  case certificateNotYetValid(serial: String, from: Instant)
  case certificateExpired(serial: String, at: Instant)
  case certificateRevoked(serial: String, reason: String, at: Instant)
  /// On the revocation list of its authority, which services do not read line by line.
  case certificateOnRevocationList(serial: String, issuer: String)
  case revocationListEnded(serial: String, issuer: String)
  case departmentDisabled(serial: String, DepartmentCode)
  case systemDisabled(serial: String, system: String)
  case personDisabled(serial: String, person: String, successor: String?)
  case responsibleMissing(serial: String, system: String)
  // Known, but may not.
  case internalMethod(String)
  case personRequired
  /// Somebody was stated who cannot stand behind the call.
  case stated(StatedRefusal)
  case personCertificateRequired
  case roleMissing(needed: Set<Role>)
  // Came by a way that no call comes.
  case directServiceCall
  case notThroughGateway(String)
  case notVia(method: String)
  case peerNotNamed(method: String, peer: String)
  case entryMismatch
  case callIDMissing
  case ticketMissing
  case ticketRefused(TicketError)
  // Known and allowed, but not now.
  case rateLimited(retryAfterMilliseconds: Int64)
  case serviceUnavailable(String)
  /// This gateway has not heard for a second what of the registry is still good.
  case registryUnconfirmed
}

extension AccessRefusal: Refusal {
  package var reason: String {
    switch self {
    case .certificateMissing: "access.certificate_missing"
    case .certificateUnregistered: "access.certificate_unregistered"
    case .certificateNotYetValid: "access.certificate_not_yet_valid"
    case .certificateExpired: "access.certificate_expired"
    case .certificateRevoked: "access.certificate_revoked"
    case .certificateOnRevocationList: "access.certificate_on_revocation_list"
    case .revocationListEnded: "access.revocation_list_ended"
    case .departmentDisabled: "access.department_disabled"
    case .systemDisabled: "access.system_disabled"
    case .personDisabled: "access.person_disabled"
    case .responsibleMissing: "access.responsible_missing"
    case .internalMethod: "access.internal_method"
    case .personRequired: "access.person_required"
    case .stated(let refusal): refusal.reason
    case .personCertificateRequired: "access.person_certificate_required"
    case .roleMissing: "access.role_missing"
    case .directServiceCall: "access.direct_service_call"
    case .notThroughGateway: "access.not_through_gateway"
    case .notVia: "access.not_via"
    case .peerNotNamed: "access.peer_not_named"
    case .entryMismatch: "access.entry_mismatch"
    case .callIDMissing: "access.call_id_missing"
    case .ticketMissing: "access.ticket_missing"
    case .ticketRefused(let error): "access.ticket_\(error.rawValue)"
    case .rateLimited: "access.rate_limited"
    case .serviceUnavailable: "access.service_unavailable"
    case .registryUnconfirmed: "access.registry_unconfirmed"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .certificateMissing, .certificateUnregistered, .certificateNotYetValid,
      .certificateExpired, .certificateRevoked, .certificateOnRevocationList,
      .revocationListEnded, .departmentDisabled, .systemDisabled, .personDisabled,
      .responsibleMissing, .ticketMissing, .ticketRefused:
      .unauthenticated
    case .internalMethod, .personRequired, .personCertificateRequired, .roleMissing,
      .directServiceCall, .notThroughGateway, .notVia, .peerNotNamed, .entryMismatch,
      .callIDMissing:
      .notAllowed
    case .stated(let refusal): refusal.kind
    case .rateLimited: .tooMuch
    case .serviceUnavailable, .registryUnconfirmed: .unavailable
    }
  }

  package var retryAfterMilliseconds: Int64? {
    switch self {
    case .rateLimited(let delay): delay
    case .serviceUnavailable, .registryUnconfirmed: 1_000
    default: nil
    }
  }

  package var field: String? {
    switch self {
    case .stated(let refusal): refusal.field
    case .personRequired: CallMetadata.personToken
    default: nil
    }
  }

  package var citation: Citation? {
    switch self {
    case .stated(let refusal): refusal.citation
    case .certificateMissing, .ticketMissing, .ticketRefused, .callIDMissing, .entryMismatch:
      // Access authentication (AC-01).
      Citation(document: "guangdong-2018", article: "28.2b")
    case .certificateUnregistered, .certificateNotYetValid, .certificateExpired,
      .certificateRevoked, .certificateOnRevocationList, .revocationListEnded, .systemDisabled,
      .responsibleMissing:
      // Application systems are identified and authorised (AC-03).
      Citation(document: "luyi-2019", article: "18.2b")
    case .departmentDisabled, .personDisabled, .personRequired, .personCertificateRequired:
      // Person-level accounts, handling of leavers (AC-03, AC-92).
      Citation(document: "meizhou-public-2023", article: "39.2b")
    case .roleMissing:
      // Systems set access permissions (AC-03).
      Citation(document: "luyi-2019", article: "18.2a")
    case .directServiceCall, .notThroughGateway, .notVia, .peerNotNamed, .internalMethod:
      // Encryption and access authentication within the node (AC-05).
      Citation(document: "meizhou-specific-2021", article: "33")
    case .rateLimited, .serviceUnavailable, .registryUnconfirmed: nil
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .certificateMissing, .certificateUnregistered:
      BilingualText(
        "请由本部门主要负责人或主管部门签发证书。",
        "Ask the principal head of your department, or its authority, to issue one.")
    case .certificateExpired, .certificateRevoked, .certificateNotYetValid:
      BilingualText(
        "请本部门主要负责人或主管部门重新签发证书。",
        "Ask the principal head of your department, or its authority, for a new one.")
    case .certificateOnRevocationList:
      BilingualText(
        "请运维人员签发新证书：weir pki issue-service。",
        "Ask the operator for a new one: weir pki issue-service.")
    case .revocationListEnded:
      BilingualText(
        "请运维人员更新吊销列表：weir pki crl。",
        "Ask the operator to sign the next list: weir pki crl.")
    case .departmentDisabled:
      BilingualText("请向本层级、区域的主管部门查询。", "Ask the authority of your level and region.")
    case .systemDisabled, .responsibleMissing, .personDisabled:
      BilingualText("请向本部门主要负责人查询。", "Ask the principal head of your department.")
    case .stated(let refusal): refusal.nextStep
    case .personRequired:
      BilingualText(
        "请在 weir-person-token-bin 中说明操作人或已登记的定时任务（deploy/PERSON-TOKENS.md）。",
        "State the person, or a registered scheduled run, in weir-person-token-bin (deploy/PERSON-TOKENS.md)."
      )
    case .personCertificateRequired:
      BilingualText("请用个人证书调用。", "Call with the person's own certificate.")
    case .roleMissing(let needed):
      BilingualText(
        "请由具有以下角色之一的人员办理：\(names(needed, .chinese))。",
        "Have it done by somebody who is one of: \(names(needed, .english)).")
    case .directServiceCall, .notThroughGateway:
      BilingualText("请经网关调用。", "Call through the gateway.")
    case .rateLimited(let delay):
      BilingualText("请在 \(delay) 毫秒后重试。", "Try again after \(delay) ms.")
    case .serviceUnavailable, .registryUnconfirmed:
      BilingualText("请稍后重试。", "Try again later.")
    default: nil
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .certificateMissing:
      BilingualText("没有出示证书。", "No certificate was shown.")
    case .certificateUnregistered(let serial):
      BilingualText(
        "证书 \(serial) 未在本节点登记。", "Certificate \(serial) is not registered at this node.")
    case .certificateNotYetValid(let serial, let from):
      BilingualText(
        "证书 \(serial) 自 \(from.shanghaiText) 起有效。",
        "Certificate \(serial) is valid from \(from.rfc3339) on.")
    case .certificateExpired(let serial, let at):
      BilingualText(
        "证书 \(serial) 已于 \(at.shanghaiText) 到期。", "Certificate \(serial) expired at \(at.rfc3339).")
    case .certificateRevoked(let serial, let reason, let at):
      BilingualText(
        "证书 \(serial) 已于 \(at.shanghaiText) 吊销：\(reason)。",
        "Certificate \(serial) was revoked at \(at.rfc3339): \(reason).")
    case .certificateOnRevocationList(let serial, let issuer):
      BilingualText(
        "证书 \(serial) 已列入 \(issuer) 的吊销列表。",
        "Certificate \(serial) is on the revocation list of \(issuer).")
    case .revocationListEnded(let serial, let issuer):
      BilingualText(
        "无法核验证书 \(serial)：\(issuer) 的吊销列表已过期。",
        "Certificate \(serial) cannot be checked: the revocation list of \(issuer) has ended.")
    case .departmentDisabled(let serial, let code):
      BilingualText(
        "证书 \(serial) 所属部门 \(code) 未启用或已停用。",
        "Department \(code) of certificate \(serial) is not active.")
    case .systemDisabled(let serial, let system):
      BilingualText(
        "证书 \(serial) 所用系统 \(system) 已停用。", "System \(system) of certificate \(serial) is disabled."
      )
    case .personDisabled(let serial, let person, let successor):
      BilingualText(
        "证书 \(serial) 的持有人 \(person) 已停用"
          + (successor.map { "，事项由 \($0) 接手。" } ?? "。"),
        "\(person), holder of certificate \(serial), is disabled"
          + (successor.map { "; the duties went to \($0)." } ?? "."))
    case .responsibleMissing(let serial, let system):
      BilingualText(
        "证书 \(serial) 所属系统 \(system) 无在任负责人。",
        "Nobody active answers for system \(system) of certificate \(serial).")
    default: wayOrRight
    }
  }

  /// Sentences about rights, ways and times.
  private var wayOrRight: BilingualText {
    switch self {
    case .internalMethod(let path):
      BilingualText("\(path) 仅供服务之间调用。", "\(path) is for calls between services only.")
    case .stated(let refusal): refusal.sentence
    case .personRequired:
      BilingualText("调用须说明操作人。", "The call must name the person who acts.")
    case .personCertificateRequired:
      BilingualText("此事项须由个人以本人证书决定。", "A person decides this, under their own certificate.")
    case .roleMissing:
      BilingualText("您的角色无权办理此事项。", "None of your roles permits this.")
    case .directServiceCall:
      BilingualText(
        "服务只接受网关和其他服务的调用。", "A service accepts calls from the gateway and its peers only.")
    case .notThroughGateway(let path):
      BilingualText("\(path) 只能经网关调用。", "\(path) is reached through the gateway only.")
    case .notVia(let method):
      BilingualText(
        "\(method) 不能由所称的入口方法引起。", "\(method) cannot be reached from the entry method stated.")
    case .peerNotNamed(let method, let peer):
      BilingualText("\(method) 不供 \(peer) 服务调用。", "\(method) is not for service \(peer).")
    case .entryMismatch:
      BilingualText("入口方法与所调方法不符。", "The entry method is not the method called.")
    case .callIDMissing:
      BilingualText("调用缺少网关编号。", "The call bears no id of the gateway.")
    case .ticketMissing:
      BilingualText("调用缺少网关票据。", "The call bears no ticket of the gateway.")
    case .ticketRefused(let error):
      BilingualText(
        "网关票据无效：\(error.text.chinese)。", "The gateway's ticket is refused: \(error.text.english).")
    case .rateLimited:
      BilingualText("本部门调用过于频繁。", "Your department calls too often.")
    case .serviceUnavailable(let service):
      BilingualText("\(service) 服务暂不可用。", "Service \(service) is not available at present.")
    case .registryUnconfirmed:
      BilingualText(
        "网关暂时无法确认登记信息，不放行任何调用。",
        "The gateway cannot confirm the registry at present and lets no call in.")
    default:
      // The others are told above; a case without a sentence fails the test that reads them all.
      BilingualText("", "")
    }
  }
}

func names(_ roles: Set<Role>, _ language: Language) -> String {
  Role.allCases.filter(roles.contains).map { $0.term.text(in: language) }
    .joined(separator: language == .chinese ? "、" : ", ")
}
