// What the log itself finds wrong, and how it says so.

package import Vocabulary

/// The kinds of alarm. The raw value stands on the wire and in the store (AC-70, `guangdong-2018/28.3b`: a log that serves
/// tracing must say where it was cut).
package enum AlarmKind: String, CaseIterable, Sendable {
  /// Entries of an origin are missing between what the log has and what came.
  case gap
  /// An origin has two histories: another entry at a taken sequence, or a chain that does not follow.
  case fork
  /// Salt and payload do not make the leaf that they came with.
  case badLeaf = "bad_leaf"
  /// An origin's newest entry is older than what the log has of it.
  case rolledBack = "rolled_back"
  /// A service's database was begun anew beside an older one.
  case newIncarnation = "new_incarnation"
  /// Data was opened and no decision is logged for it: under the same call, on the same grant, entry, grantee, items and chunk, once.
  case disclosureWithoutDecision = "disclosure_without_decision"
  /// Somebody signed under a certificate that the registry never logged: the issuing key may be in other hands.
  case signerUnknown = "signer_unknown"
  /// A role that every active department must have filled is held by nobody there any more (AC-91).
  case dutyOpen = "duty_open"
  /// A service wrote an entry under another's topic.
  case foreignTopic = "foreign_topic"
  /// A witness has signed another beginning of the log than the one that is here.
  case logForked = "log_forked"
  /// A witness has signed more entries than the log has: the log itself was set back.
  case logRolledBack = "log_rolled_back"
  /// Somebody named an identifier that an auditor planted.
  case canaryNamed = "canary_named"
  /// A grant was used to try persons one after the other.
  case enumerationSuspected = "enumeration_suspected"

  /// `hebi-2021/13.3`: every department logs what it provides and obtains, so that use can be traced; `meizhou-public-2023/39`: daily
  /// monitoring of how data are called. For a role that nobody holds the rule that demands it.
  package var citation: Citation {
    switch self {
    case .dutyOpen: .accessRule(91)
    case .canaryNamed, .enumerationSuspected:
      Citation(document: "meizhou-public-2023", article: "39")
    default: Citation(document: "hebi-2021", article: "13.3")
    }
  }

  /// What an entry is an alarm of by itself; `nil` for every other topic.
  package init?(topic: String) {
    switch topic {
    case "registry.duty_open": self = .dutyOpen
    case "ingest.canary_named": self = .canaryNamed
    case "ingest.enumeration_suspected": self = .enumerationSuspected
    default: return nil
    }
  }

  package var nextStep: BilingualText {
    switch self {
    case .gap:
      BilingualText(
        "请核对该服务的待发日志是否被删改。", "Check whether entries were taken out of that service's outbox.")
    case .fork, .badLeaf:
      BilingualText("请封存该服务的数据库并启动调查。", "Secure that service's database and begin an inquiry.")
    case .rolledBack:
      BilingualText(
        "该服务疑似由旧备份恢复，请运维人员核对。",
        "The service seems restored from an old backup; let the operator check.")
    case .newIncarnation:
      BilingualText(
        "请查明该服务数据库为何重建；确属必要的，由两人准许：weir audit request --admit。",
        "Find out why that database was begun anew; where it had to be, two persons admit it: weir audit request --admit."
      )
    case .disclosureWithoutDecision:
      BilingualText("请按调用号核查共享服务的决定。", "Look up the call in Share's decisions.")
    case .signerUnknown:
      BilingualText(
        "请核对该证书由谁签发；签发密钥可能外泄的，更换签发机构：weir pki rotate-issuing、withdraw-issuing。",
        "Find out who issued that certificate; where the issuing key may be in other hands: weir pki rotate-issuing, withdraw-issuing."
      )
    case .dutyOpen:
      BilingualText(
        "请该部门为其另行指定人员：weir department person roles。",
        "Let the department name somebody for it: weir department person roles.")
    case .foreignTopic:
      BilingualText(
        "请核查该服务是否被篡改或被他人控制。", "Check whether that service was altered or is in other hands.")
    case .canaryNamed:
      BilingualText(
        "请按调用号查看条目（weir audit entries --call），向使用部门核查该号码的来源。",
        "Look at the entries of the call (weir audit entries --call), and ask that department where it has the identifier from."
      )
    case .enumerationSuspected:
      BilingualText(
        "请向使用部门核查查询理由；必要时暂停授权（weir share suspend）。",
        "Ask that department for its reasons; where needed suspend the grant (weir share suspend).")
    case .logForked, .logRolledBack:
      BilingualText(
        "请封存审计服务，与见证者所存检查点核对后启动调查。",
        "Secure the audit service, compare with what the witness keeps, and begin an inquiry.")
    }
  }

  /// What happened, for the person who must act.
  package func sentence(origin: String, sequence: UInt64, call: String) -> BilingualText {
    switch self {
    case .gap:
      BilingualText(
        "来源 \(origin) 缺少第 \(sequence) 条起的日志，后续日志未被接收。",
        "Entries of \(origin) are missing from \(sequence) on; what follows is not taken.")
    case .fork:
      BilingualText(
        "来源 \(origin) 的第 \(sequence) 条日志与既有记录不一致，未被接收。",
        "Entry \(sequence) of \(origin) belongs to another history than the log's; it is not taken."
      )
    case .badLeaf:
      BilingualText(
        "来源 \(origin) 的第 \(sequence) 条日志内容与其摘要不符，未被接收。",
        "Entry \(sequence) of \(origin) is not what its leaf says; it is not taken.")
    case .rolledBack:
      BilingualText(
        "来源 \(origin) 已落后于日志（日志中已有第 \(sequence) 条）。",
        "\(origin) was set back: the log has its entry \(sequence), it has not.")
    case .newIncarnation:
      BilingualText(
        "来源 \(origin) 是同一服务重新建立的数据库，准许之前不提供数据。",
        "\(origin) is a database begun anew for the same service; it gives no data until it is admitted."
      )
    case .foreignTopic:
      BilingualText(
        "来源 \(origin) 的第 \(sequence) 条日志冒用了其他服务的主题，不作为该服务的记录。",
        "Entry \(sequence) of \(origin) bears another service's topic; it is not counted as that service's word."
      )
    case .logForked:
      BilingualText(
        "日志分叉：见证者 \(origin) 已会签的 \(sequence) 条日志不是本日志的开头。",
        "The log has two faces: the \(sequence) entries that witness \(origin) signed are not how it begins."
      )
    case .logRolledBack:
      BilingualText(
        "日志被退回：见证者 \(origin) 已会签 \(sequence) 条，本日志没有这么多。",
        "The log was set back: witness \(origin) signed \(sequence) entries, and it has fewer.")
    default: actSentence(origin: origin, sequence: sequence, call: call)
    }
  }

  /// Of what somebody did, not of what became of the log.
  private func actSentence(origin: String, sequence: UInt64, call: String) -> BilingualText {
    switch self {
    case .disclosureWithoutDecision:
      BilingualText(
        "调用 \(call) 提供了数据，但没有与所提供内容相符的共享决定。",
        "Call \(call) gave data, and no decision of Share that covers it is logged.")
    case .signerUnknown:
      BilingualText(
        "来源 \(origin) 的第 \(sequence) 条日志所载决定的签名证书，登记簿从未记载签发。",
        "Entry \(sequence) of \(origin) keeps a decision signed under a certificate that the registry never logged."
      )
    case .dutyOpen:
      BilingualText(
        "来源 \(origin) 的第 \(sequence) 条日志：某部门必设的岗位已无人担任。",
        "Entry \(sequence) of \(origin): a role that a department must have filled is held by nobody."
      )
    case .canaryNamed:
      BilingualText(
        "调用 \(call) 使用了审计部门埋设的号码，它不属于任何人（来源 \(origin) 第 \(sequence) 条）。",
        "Call \(call) named an identifier that was planted and belongs to nobody (entry \(sequence) of \(origin))."
      )
    case .enumerationSuspected:
      BilingualText(
        "调用 \(call) 所用授权今日对同一地区、同一出生日期的人逐号查询，已被拒绝（来源 \(origin) 第 \(sequence) 条）。",
        "Call \(call) tried persons of one area and day of birth one after the other and was refused (entry \(sequence) of \(origin))."
      )
    default: BilingualText(rawValue, rawValue)
    }
  }
}
