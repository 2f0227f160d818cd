// How a call under a system's certificate is refused for the person it states, or does not state (AC-03, AC-92).

package import Vocabulary

/// The person or the run that a system stated cannot stand behind the call.
package enum StatedRefusal: Error, Hashable, Sendable {
  case token(PersonTokenError)
  /// Person or run of another department.
  case foreign(String)
  case unknown(String)
  case disabled(String, successor: String?)
  /// The run is another system's.
  case runElsewhere(String, system: String)
  /// Nobody active answers for the run.
  case runUnanswered(String)
  /// The person may not do it, by whatever way.
  case roleMissing(needed: Set<Role>)
}

extension StatedRefusal: Refusal {
  package var reason: String {
    switch self {
    case .token(let error): "access.person_token_\(error.rawValue)"
    case .foreign: "access.stated_person_foreign"
    case .unknown: "access.stated_person_unknown"
    case .disabled: "access.stated_person_disabled"
    case .runElsewhere: "access.stated_run_elsewhere"
    case .runUnanswered: "access.stated_run_unanswered"
    case .roleMissing: "access.stated_role_missing"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .roleMissing: .notAllowed
    default: .unauthenticated
    }
  }

  package var field: String? { CallMetadata.personToken }

  package var citation: Citation? {
    switch self {
    case .roleMissing: Citation(document: "luyi-2019", article: "18.2a")
    case .foreign, .unknown, .disabled:
      // Person-level accounts, handling of leavers.
      Citation(document: "meizhou-public-2023", article: "39.2b")
    case .token, .runElsewhere, .runUnanswered:
      // Application systems and users are identified and authorised.
      Citation(document: "luyi-2019", article: "18.2b")
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .token(.needless):
      BilingualText("请去掉 weir-person-token-bin。", "Leave weir-person-token-bin out.")
    case .token(.expired), .token(.endTooFar):
      BilingualText(
        "请校准时钟，并签发十五分钟内到期的新令牌。",
        "Set the clock right and sign a new token that ends within 15 minutes.")
    case .token:
      BilingualText(
        "请按 deploy/PERSON-TOKENS.md 用系统证书的密钥重新签发。",
        "Sign it anew with the key of the system's certificate, as deploy/PERSON-TOKENS.md shows.")
    case .disabled(_, let successor?):
      BilingualText("请由 \(successor) 办理。", "Have it done by \(successor).")
    case .foreign, .unknown, .disabled, .runElsewhere, .runUnanswered:
      BilingualText(
        "请由本部门主要负责人登记人员或定时任务：weir department person、weir department run。",
        "Ask the principal head of your department to register the person or the run: weir department person, "
          + "weir department run.")
    case .roleMissing(let needed):
      BilingualText(
        "请说明具有以下角色之一的人员：\(names(needed, .chinese))。",
        "State somebody who is one of: \(names(needed, .english)).")
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .token(let error):
      BilingualText(
        "操作人令牌无效：\(error.text.chinese)。", "The person token is refused: \(error.text.english).")
    case .foreign(let name):
      BilingualText(
        "\(name) 不属于系统所在部门。", "\(name) is not of the system's department.")
    case .unknown(let name):
      BilingualText("所说明的 \(name) 未登记。", "\(name), who was stated, is not registered.")
    case .disabled(let name, _):
      BilingualText("所说明的 \(name) 已停用。", "\(name), who was stated, is disabled.")
    case .runElsewhere(let name, let system):
      BilingualText(
        "定时任务 \(name) 属于 \(system)。", "Scheduled run \(name) belongs to \(system).")
    case .runUnanswered(let name):
      BilingualText(
        "定时任务 \(name) 无在任责任人。", "Nobody active answers for scheduled run \(name).")
    case .roleMissing:
      BilingualText(
        "所说明的人员无权办理此事项。", "None of the roles of the person stated permits this.")
    }
  }
}
