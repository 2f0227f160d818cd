// What Ingest says no to where keys are changed and data destroyed (hebi-2021/27, meizhou-specific-2021/33, policies e.20).

package import Vocabulary

/// A refusal about a register's keys, or about a destruction.
package enum KeyRefusal: Refusal, Hashable {
  /// Until nothing lies under the keys before, there are no newer ones.
  case rotationRunning(entry: String)
  case suiteUnknown

  case kindUnknown
  case subjectMissing
  /// A register is destroyed whole: nobody is named.
  case subjectOfRegister
  case heldByIssue(entry: String, issue: String)
  /// Grants may still stand on it.
  case entryNotWithdrawn(entry: String)
  case batchOpen(entry: String, batch: String)
  case destructionNotOpen(name: String, DestructionState)
  case secondPersonNeeded(name: String)
  case otherSubject(name: String)

  package var reason: String {
    switch self {
    case .rotationRunning: "ingest.key_rotation_running"
    case .suiteUnknown: "ingest.suite_unknown"
    case .kindUnknown: "ingest.destruction_kind_unknown"
    case .subjectMissing: "ingest.destruction_subject_missing"
    case .subjectOfRegister: "ingest.destruction_subject_of_register"
    case .heldByIssue: "ingest.destruction_held"
    case .entryNotWithdrawn: "ingest.destruction_entry_not_withdrawn"
    case .batchOpen: "ingest.destruction_batch_open"
    case .destructionNotOpen: "ingest.destruction_not_open"
    case .secondPersonNeeded: "ingest.second_person_needed"
    case .otherSubject: "ingest.destruction_of_another_subject"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .rotationRunning, .heldByIssue, .entryNotWithdrawn, .batchOpen, .destructionNotOpen:
      .wrongState
    case .suiteUnknown, .kindUnknown, .subjectMissing, .subjectOfRegister, .otherSubject: .malformed
    case .secondPersonNeeded: .notAllowed
    }
  }

  package var field: String? {
    switch self {
    case .rotationRunning, .heldByIssue, .entryNotWithdrawn, .batchOpen: "entry"
    case .suiteUnknown: "suite"
    case .kindUnknown: "kind"
    case .subjectMissing, .subjectOfRegister, .otherSubject: "subject"
    case .destructionNotOpen, .secondPersonNeeded: "name"
    }
  }

  package var citation: Citation? {
    switch self {
    case .secondPersonNeeded, .otherSubject: .accessRule(93)
    case .heldByIssue: .accessRule(31)
    default: nil
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .rotationRunning(let entry):
      BilingualText(
        "\(entry) 的密钥轮换尚未完成。", "A rotation of the keys of \(entry) is still under way.")
    case .suiteUnknown:
      BilingualText(
        "密码套件应为 aes-256-gcm 或 sm4-ctr-hmac-sm3。",
        "The suite is aes-256-gcm or sm4-ctr-hmac-sm3.")
    case .kindUnknown:
      BilingualText(
        "销毁对象应为 register（登记册）或 subject（个人）。",
        "What is destroyed is a register or a subject.")
    case .subjectMissing:
      BilingualText("请给出要销毁的是谁的数据。", "Say whose records are to be destroyed.")
    case .subjectOfRegister:
      BilingualText(
        "销毁整个登记册时不填写个人。", "A register is destroyed whole; nobody is named.")
    case .heldByIssue(let entry, let issue):
      BilingualText(
        "\(entry) 的相关数据有未办结的疑义 \(issue)，暂不能销毁。",
        "What would be destroyed of \(entry) is disputed in \(issue), which is open.")
    case .entryNotWithdrawn(let entry):
      BilingualText(
        "\(entry) 仍在目录中，可能仍有授权；撤销目录后才能销毁登记册。",
        "\(entry) is still in the catalogue, and grants may stand on it; its register is destroyed after its withdrawal."
      )
    case .batchOpen(let entry, let batch):
      BilingualText(
        "\(entry) 的批次 \(batch) 尚未结束，其中可能含有同一人的数据。",
        "Batch \(batch) of \(entry) is not closed; it may bring the same person's records.")
    case .destructionNotOpen(let name, let state):
      BilingualText("\(name) \(state.words.chinese)。", "\(name) is \(state.words.english).")
    case .secondPersonNeeded(let name):
      BilingualText(
        "\(name) 须由申请人以外的另一人批准。", "\(name) is approved by another person than who asked for it.")
    case .otherSubject(let name):
      BilingualText(
        "所填个人与 \(name) 申请销毁的不是同一人。", "\(name) is about another person than the one named.")
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .rotationRunning:
      BilingualText("查看进度：weir keys list。", "See how far it is: weir keys list.")
    case .heldByIssue(_, let issue):
      BilingualText("先办结 \(issue)。", "Have \(issue) concluded first.")
    case .entryNotWithdrawn:
      BilingualText(
        "先撤销目录：weir catalog withdraw。", "Withdraw the entry first: weir catalog withdraw.")
    case .batchOpen(_, let batch):
      BilingualText(
        "先提交或放弃 \(batch)。", "Commit \(batch) first, or abandon it: weir ingest abandon.")
    case .destructionNotOpen(_, .lapsed):
      BilingualText("请重新申请：weir destruction request。", "Ask anew: weir destruction request.")
    case .secondPersonNeeded:
      BilingualText(
        "请本部门负责人或安全员批准：weir destruction approve。",
        "Have the department's head or security officer approve it: weir destruction approve.")
    default: nil
    }
  }
}
