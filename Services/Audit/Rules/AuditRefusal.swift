// Every way in which Audit says no to a reader, with the article behind it.

package import Vocabulary

/// A refusal of a reading call (AC-71). Cases stand in their order of precedence: of several, the first is told.
package enum AuditRefusal: Refusal, Hashable {
  case malformed(field: String)
  case notYourLog
  case regionUnknown
  case foreignDepartment(DepartmentCode)
  case noCheckpoint
  case treeTooLarge(field: String, size: UInt64, newest: UInt64)
  case sizesReversed
  case noSuchLeaf
  case leafNotCovered
  case noSuchTile(String)
  case identityNumberInText(field: String)
  case noSuchMonth(String)
  /// Nobody destroys what must still be kept.
  case retentionRuns(month: String, until: CivilDate, citation: Citation)
  case monthDestroyed(String)
  case noSuchAct(String)
  case actNotOpen(String, ActState)
  case secondPersonNeeded(String)
  case otherSubject(String)
  case noSuchOrigin(String)

  package var reason: String {
    switch self {
    case .malformed: "audit.malformed"
    case .notYourLog: "audit.not_your_log"
    case .regionUnknown: "audit.region_unknown"
    case .foreignDepartment: "audit.foreign_department"
    case .noCheckpoint: "audit.no_checkpoint"
    case .treeTooLarge: "audit.tree_too_large"
    case .sizesReversed: "audit.sizes_reversed"
    case .noSuchLeaf: "audit.no_such_leaf"
    case .leafNotCovered: "audit.leaf_not_covered"
    case .noSuchTile: "audit.no_such_tile"
    case .identityNumberInText: "audit.identity_number_in_text"
    case .noSuchMonth: "audit.no_such_month"
    case .retentionRuns: "audit.retention_runs"
    case .monthDestroyed: "audit.month_destroyed"
    case .noSuchAct: "audit.no_such_act"
    case .actNotOpen: "audit.act_not_open"
    case .secondPersonNeeded: "audit.second_person_needed"
    case .otherSubject: "audit.other_subject"
    case .noSuchOrigin: "audit.no_such_origin"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .malformed, .treeTooLarge, .sizesReversed, .identityNumberInText: .malformed
    case .notYourLog, .foreignDepartment, .secondPersonNeeded, .otherSubject: .notAllowed
    case .regionUnknown, .retentionRuns, .monthDestroyed, .actNotOpen: .wrongState
    case .noCheckpoint, .leafNotCovered: .unavailable
    case .noSuchLeaf, .noSuchTile, .noSuchMonth, .noSuchAct, .noSuchOrigin: .notFound
    }
  }

  package var field: String? {
    switch self {
    case .malformed(let field), .treeTooLarge(let field, _, _), .identityNumberInText(let field):
      field
    case .noSuchMonth, .retentionRuns, .monthDestroyed: "month"
    case .noSuchAct, .actNotOpen, .secondPersonNeeded: "name"
    case .otherSubject: "subject"
    case .noSuchOrigin: "origin"
    case .foreignDepartment: "filter.department"
    case .sizesReversed: "first_size"
    case .noSuchLeaf: "leaf"
    case .noSuchTile: "path"
    default: nil
    }
  }

  package var citation: Citation? {
    switch self {
    case .notYourLog, .foreignDepartment: Citation(document: "hebi-2021", article: "13.3")
    case .regionUnknown: Citation(document: "meizhou-specific-2021", article: "6")
    case .identityNumberInText: IdentityNumbers.citation
    case .retentionRuns(_, _, let citation): citation
    case .secondPersonNeeded, .otherSubject: Citation(document: "weir-default", article: "AC-93")
    default: nil
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .notYourLog:
      BilingualText("请由本部门负责人或安全责任人查询。", "Let your department's head or security officer ask.")
    case .foreignDepartment:
      BilingualText("请去掉部门条件，只查询本部门的日志。", "Leave the department out to see your own entries.")
    case .noCheckpoint, .leafNotCovered: BilingualText("请一秒后重试。", "Try again in a second.")
    case .identityNumberInText:
      BilingualText("请删去文字中的证件号码。", "Take the identity number out of the text.")
    case .retentionRuns(_, let until, _):
      BilingualText("\(until.iso) 起方可申请销毁。", "Ask again on \(until.iso) or later.")
    case .secondPersonNeeded:
      BilingualText(
        "请由另一位审计人员或主管部门人员批准：weir audit approve。",
        "Let another auditor, or a person of the authority, approve it: weir audit approve.")
    case .actNotOpen:
      BilingualText("请重新申请：weir audit request。", "Ask for it anew: weir audit request.")
    case .otherSubject:
      BilingualText(
        "请另行申请并经另一人批准。", "Ask for this person's trace, and let another person approve it.")
    default: nil
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .noSuchOrigin(let name):
      BilingualText(
        "没有等待准许的来源 \(name)。", "No origin \(name) waits to be admitted.")
    case .malformed(let field):
      BilingualText("字段 \(field) 的格式不正确。", "The field \(field) is malformed.")
    case .notYourLog:
      BilingualText("您的角色不能查阅日志。", "Your role does not give access to the log.")
    case .regionUnknown:
      BilingualText(
        "登记处没有您所在部门的辖区。", "The registry does not say which region your authority serves.")
    case .foreignDepartment(let department):
      BilingualText(
        "部门 \(department) 的日志不在您的查阅范围内。", "The log of \(department) is not yours to read.")
    case .noCheckpoint: BilingualText("日志尚无检查点。", "The log has no checkpoint yet.")
    case .treeTooLarge(_, let size, let newest):
      BilingualText(
        "日志的检查点只到 \(newest)，没有 \(size)。",
        "The newest checkpoint covers \(newest) entries, not \(size).")
    case .sizesReversed:
      BilingualText("较早的规模不能大于较晚的规模。", "The earlier size is larger than the later one.")
    case .noSuchLeaf: BilingualText("日志中没有这一条。", "No such entry is in the log.")
    case .leafNotCovered:
      BilingualText("该条日志尚未被检查点覆盖。", "No checkpoint covers this entry yet.")
    case .identityNumberInText(let field):
      BilingualText("字段 \(field) 中含有证件号码。", "The field \(field) holds an identity number.")
    case .noSuchMonth(let month):
      BilingualText("日志中没有 \(month) 月。", "The log has no month \(month).")
    case .retentionRuns(let month, let until, let citation):
      BilingualText(
        "\(month) 月的日志须保存至 \(until.iso) 前（\(citation.text)），任何人不得销毁。",
        "The entries of \(month) are kept until \(until.iso) (\(citation.text)); nobody destroys them before."
      )
    case .monthDestroyed(let month):
      BilingualText("\(month) 月的日志内容已经销毁。", "The contents of \(month) have been destroyed already.")
    case .noSuchAct(let name):
      BilingualText("没有 \(name)，或它不是您申请的。", "There is no \(name), or it is not yours.")
    case .actNotOpen(let name, let state):
      BilingualText(
        "\(name) 的状态是 \(state.words.chinese)，不能这样办理。", "\(name) is \(state.words.english).")
    case .secondPersonNeeded(let name):
      BilingualText(
        "\(name) 由您申请，须由另一人批准。", "You asked for \(name); another person must approve it.")
    case .otherSubject(let name):
      BilingualText("\(name) 批准查询的不是此人。", "\(name) was approved for another person.")
    case .noSuchTile(let path):
      BilingualText("没有瓦片 \(path)。", "There is no tile \(path).")
    }
  }
}
