// What the safeguards of shared data refuse: recipients, places abroad, sensitive items, bulk (AC-46 to AC-48, AC-51, AC-55).

package import Regulation
package import Vocabulary

/// Why data may not go where, or as much, as was asked. Cases stand in their order of precedence.
package enum SafeguardRefusal: Hashable, Sendable {
  /// The profile knows no way for data to reach such a recipient.
  case recipientForbidden(path: String, kind: RecipientKind, citation: Citation)
  case abroadForbidden(path: String, citation: Citation)
  case abroadRecordMissing(path: String, record: BilingualText, citation: Citation)
  /// The records that a recipient rests on hold no more.
  case recordsLapsed(path: String, recipient: String, until: CivilDate, citation: Citation)
  case personalConsentMissing(path: String, citation: Citation)
  /// A review consents to somebody who was not asked for.
  case recipientNotAsked(recipient: String, citation: Citation)
  case recipientNotGranted(grant: String, recipient: String, citation: Citation)
  case recipientItem(grant: String, recipient: String, item: String, citation: Citation)
  /// The calling system stands abroad and the grant does not name it.
  case systemAbroad(grant: String, system: String, citation: Citation)
  case authorisationNeeded(item: String, citation: Citation)
  case quotaTooLarge(path: String, limit: Int, citation: Citation)
  /// The business for which data are asked is none of the body's functions.
  case functionNotRecorded(department: String, business: String, citation: Citation)
  /// The body that would receive data has no unit and person for their security.
  case dutyNotNamed(department: String, post: DutyPost, citation: Citation)

  package var reason: String {
    switch self {
    case .recipientForbidden: "share.recipient_forbidden"
    case .abroadForbidden: "share.abroad_forbidden"
    case .abroadRecordMissing: "share.abroad_record_missing"
    case .recordsLapsed: "share.records_lapsed"
    case .personalConsentMissing: "share.personal_consent_missing"
    case .recipientNotAsked: "share.recipient_not_asked"
    case .recipientNotGranted: "share.recipient_not_granted"
    case .recipientItem: "share.recipient_item_not_granted"
    case .systemAbroad: "share.system_abroad"
    case .authorisationNeeded: "share.authorisation_needed"
    case .quotaTooLarge: "share.quota_too_large"
    case .functionNotRecorded: "share.function_not_recorded"
    case .dutyNotNamed: "share.duty_not_named"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .recipientNotAsked: .malformed
    case .quotaTooLarge: .tooMuch
    case .dutyNotNamed: .wrongState
    default: .notAllowed
    }
  }

  package var field: String? {
    switch self {
    case .recipientForbidden(let path, _, _), .abroadForbidden(let path, _),
      .abroadRecordMissing(let path, _, _), .recordsLapsed(let path, _, _, _),
      .personalConsentMissing(let path, _),
      .quotaTooLarge(let path, _, _):
      path
    case .recipientNotAsked: "recipients"
    case .recipientNotGranted: "recipient"
    case .recipientItem, .authorisationNeeded: "items"
    case .systemAbroad: "grant"
    case .functionNotRecorded: "application.business"
    case .dutyNotNamed: "application.applicant"
    }
  }

  package var citation: Citation {
    switch self {
    case .recipientForbidden(_, _, let citation), .abroadForbidden(_, let citation),
      .abroadRecordMissing(_, _, let citation), .recordsLapsed(_, _, _, let citation),
      .personalConsentMissing(_, let citation),
      .recipientNotAsked(_, let citation), .recipientNotGranted(_, _, let citation),
      .recipientItem(_, _, _, let citation), .systemAbroad(_, _, let citation),
      .authorisationNeeded(_, let citation), .quotaTooLarge(_, _, let citation),
      .functionNotRecorded(_, _, let citation), .dutyNotNamed(_, _, let citation):
      citation
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .recipientForbidden(_, let kind, _):
      BilingualText(
        "本办法不允许将共享数据提供给：\(kind.term.chinese)。",
        "This profile lets no shared data reach: \(kind.term.english).")
    case .abroadForbidden(let path, _):
      BilingualText("不得向境外提供（\(path)）。", "Nothing goes abroad under this profile (\(path)).")
    case .abroadRecordMissing(_, let record, _):
      BilingualText(
        "向境外提供须有“\(record.chinese)”的记录。",
        "To go abroad needs the record of the \(record.english).")
    case .recordsLapsed(_, let recipient, let until, _):
      BilingualText(
        "“\(recipient)”所依据的记录已于 \(until.iso) 失效。",
        "The records for \"\(recipient)\" held until \(until.iso).")
    case .personalConsentMissing:
      BilingualText(
        "可识别特定自然人的数据，须有本人同意的记录。",
        "What identifies a person goes to others with that person's own consent on record.")
    case .recipientNotAsked(let recipient, _):
      BilingualText("未申请接收方“\(recipient)”。", "The recipient \"\(recipient)\" was not asked for.")
    case .recipientNotGranted(let grant, let recipient, _):
      BilingualText(
        "\(grant) 未同意提供给“\(recipient)”。", "\(grant) lets nothing reach \"\(recipient)\".")
    case .recipientItem(let grant, let recipient, let item, _):
      BilingualText(
        "\(grant) 未同意将“\(item)”提供给“\(recipient)”。",
        "\(grant) does not let \(item) reach \"\(recipient)\".")
    case .systemAbroad(let grant, let system, _):
      BilingualText(
        "系统“\(system)”在境外，\(grant) 未列明。",
        "The system \"\(system)\" stands abroad, and \(grant) does not name it.")
    case .authorisationNeeded(let item, _):
      BilingualText(
        "“\(item)”为敏感或重要数据，须经来源部门明示授权。",
        "\"\(item)\" is sensitive or important: its source must authorise it expressly.")
    case .quotaTooLarge(_, let limit, _):
      BilingualText("每日至多 \(limit) 人。", "At most \(limit) persons a day.")
    case .functionNotRecorded(let department, let business, _):
      BilingualText(
        "“\(business)”不在 \(department) 登记的职能之内。",
        "\"\(business)\" is none of the functions that are recorded of \(department).")
    case .dutyNotNamed(let department, let post, _):
      BilingualText(
        "\(department) 尚未备案“\(post.term.chinese)”，不能取得数据。",
        "\(department) has no \(post.term.english) on file and is granted no data.")
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .recipientForbidden:
      BilingualText(
        "请由需要数据的单位自行向来源部门申请。", "Whoever needs the data asks the source for them itself.")
    case .recipientNotGranted, .recipientItem, .systemAbroad, .recordsLapsed:
      BilingualText(
        "请另行申请，并写明接收方：weir share apply。",
        "Apply anew and state the recipient: weir share apply.")
    case .authorisationNeeded:
      BilingualText("请先申请：weir share apply。", "Apply for it first: weir share apply.")
    case .functionNotRecorded(let department, _, _):
      BilingualText(
        "请在 business 中写明登记的职能（weir department show \(department)）；登记有缺的，请主管部门补登：weir department update … --function …。",
        "Name a recorded function in business (weir department show \(department)); where one is missing, let the authority record it: weir department update … --function …."
      )
    case .dutyNotNamed(_, let post, _):
      BilingualText(
        "请先备案：weir department duty file … \(post.rawValue) --unit … --person …。",
        "File it first: weir department duty file … \(post.rawValue) --unit … --person ….")
    default: nil
    }
  }
}
