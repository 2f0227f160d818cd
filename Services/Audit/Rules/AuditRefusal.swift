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
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .malformed, .treeTooLarge, .sizesReversed: .malformed
    case .notYourLog, .foreignDepartment: .notAllowed
    case .regionUnknown: .wrongState
    case .noCheckpoint, .leafNotCovered: .unavailable
    case .noSuchLeaf, .noSuchTile: .notFound
    }
  }

  package var field: String? {
    switch self {
    case .malformed(let field), .treeTooLarge(let field, _, _): field
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
    default: nil
    }
  }

  package var sentence: BilingualText {
    switch self {
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
    case .noSuchTile(let path):
      BilingualText("没有瓦片 \(path)。", "There is no tile \(path).")
    }
  }
}
