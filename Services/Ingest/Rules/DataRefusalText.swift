// The sentences of the data refusals, for the person who must act (AC-41 to AC-53). No row content stands in any.

package import Vocabulary

extension DataRefusal {
  package var sentence: BilingualText {
    switch self {
    case .grantInvalid:
      BilingualText("授权书的签名无效。", "The grant's signature is not good.")
    case .grantNotReviewed(let grant, let why):
      BilingualText(
        "\(grant) 与其审核人签名的决定不符：\(why.chinese)。",
        "\(grant) is not what its reviewers signed: \(why.english).")
    case .otherGrantee(let grant):
      BilingualText("\(grant) 不是贵部门的授权。", "\(grant) is another department's grant.")
    case .systemNotGranted(let grant, let system):
      BilingualText(
        "\(grant) 不供系统“\(system)”使用。", "\(grant) is not for the system \"\(system)\".")
    case .otherEntry(let grant, let entry):
      BilingualText("\(grant) 授权的是 \(entry)。", "\(grant) is a grant on \(entry).")
    case .useNotGranted(let grant, let use):
      BilingualText(
        "\(grant) 未授权\(use == .lookup ? "单人查询" : "批量比对")。",
        "\(grant) grants no \(use == .lookup ? "look-up" : "comparison").")
    case .purposeDiffers(let grant):
      BilingualText(
        "用途与 \(grant) 批准的用途不一致。", "The purpose is not the one that \(grant) was given for.")
    case .itemNotGranted(let grant, let item):
      BilingualText("\(grant) 不含数据项 \(item)。", "\(grant) does not hold the item \(item).")
    case .recipientNotGranted(let grant, let recipient):
      BilingualText(
        "\(grant) 未同意提供给“\(recipient)”。", "\(grant) lets nothing reach \"\(recipient)\".")
    case .recipientLapsed(let grant, let recipient, let until):
      BilingualText(
        "\(grant) 中“\(recipient)”所依据的记录已于 \(until.iso) 失效。",
        "The records behind \"\(recipient)\" in \(grant) held until \(until.iso).")
    case .recipientItem(let grant, let recipient, let item):
      BilingualText(
        "\(grant) 未同意将 \(item) 提供给“\(recipient)”。",
        "\(grant) does not let \(item) reach \"\(recipient)\".")
    case .grantExpired(let grant, let until):
      BilingualText("\(grant) 已于 \(until.iso) 到期。", "\(grant) ended on \(until.iso).")
    case .grantSuspended(let grant, let reason):
      BilingualText("\(grant) 已暂停（\(reason)）。", "\(grant) is suspended (\(reason)).")
    case .grantEnded(let grant, let reason):
      BilingualText("\(grant) 已终止（\(reason)）。", "\(grant) has ended (\(reason)).")
    case .subjectNotNamed(let act, let why):
      BilingualText(
        "\(act) 未经两人签名：\(why.chinese)。", "\(act) was not signed by two persons: \(why.english).")
    case .canaryPlanted:
      BilingualText("该号码已埋设。", "This identifier is planted already.")
    case .tooManyCanaries(let limit):
      BilingualText("诱饵至多 \(limit) 个。", "There are at most \(limit) canaries.")
    default: stateSentence
    }
  }

  private var stateSentence: BilingualText {
    switch self {
    case .quotaUsed(let grant, let limit):
      BilingualText(
        "\(grant) 今日可查 \(limit) 人，已用完。", "\(grant) allows \(limit) persons a day; they are used up."
      )
    case .tooManyNeighbours(let grant, let limit):
      BilingualText(
        "\(grant) 今日对同一地区、同一出生日期的人已查 \(limit) 人；逐号查询会被拒绝并告警。",
        "\(grant) was used today about \(limit) persons of one area and day of birth; trying numbers one after the other is refused and told."
      )
    case .rollTooLarge(let grant, let limit):
      BilingualText(
        "\(grant) 的名册至多 \(limit) 行。", "The roll of \(grant) has at most \(limit) rows.")
    case .rollRowsExceeded(let stated):
      BilingualText(
        "本次比对申报 \(stated) 行，提交已超过。", "The run was stated with \(stated) rows; more were sent.")
    case .rollRepeated(let grant, let run):
      BilingualText(
        "\(grant) 本月的名册已由 \(run) 比对。", "The roll of \(grant) was compared for this month by \(run)."
      )
    case .rollGrew(let grant, let limit, let last):
      BilingualText(
        "\(grant) 的名册比此前的 \(last) 行增长超过 \(limit)%。",
        "The roll of \(grant) grew by more than \(limit) % over \(last) rows.")
    case .rollPeriod(let grant):
      BilingualText(
        "\(grant) 的比对期间应为近期发放月份。",
        "The period of a run under \(grant) is a payout's of these months.")
    case .comparisonDiffers(let comparison):
      BilingualText(
        "\(comparison) 已用其他授权或行数登记。", "\(comparison) was begun with another grant or row count.")
    case .chunkContentDiffers(let number):
      BilingualText(
        "第 \(number) 块已提交过其他内容。", "Chunk \(number) was sent before with other content.")
    case .nothingDelivered(let entry):
      BilingualText("\(entry) 尚未归集数据。", "Nothing was delivered to \(entry) yet.")
    case .entryWithdrawn(let entry):
      BilingualText("\(entry) 已撤下，不再提供数据。", "\(entry) is withdrawn and gives no data.")
    case .registerDamaged(let entry):
      BilingualText(
        "\(entry) 的存储与提交时不一致，暂不提供数据。",
        "What is stored for \(entry) is not what was committed; no data is given.")
    case .registerKeysMissing(let entry):
      BilingualText(
        "\(entry) 的密钥缺失或不是入库时所用的密钥，暂不提供数据。",
        "A key of \(entry) is missing or is not the one it was stored under; no data is given.")
    case .issueNotOpen(let issue):
      BilingualText(
        "\(issue) 未处于办理中，或与这条记录无关；记录不得随意修改或增减。",
        "\(issue) is not open, or is not about this record; no record is changed at will.")
    case .notOwner(let entry):
      BilingualText("贵部门不是 \(entry) 的数源部门。", "Your department is not the source of \(entry).")
    case .recordUnknown:
      BilingualText("没有这条记录。", "There is no such record.")
    default: claimSentence
    }
  }

  private var claimSentence: BilingualText {
    switch self {
    case .correctionItemUnknown(let item), .claimItemUnknown(let item):
      BilingualText("目录没有数据项 \(item)。", "The entry has no item \(item).")
    case .correctionRejected(let item, let rule):
      BilingualText(
        "更正后的 \(item) 不合规（\(rule)）。", "The corrected \(item) breaks the rule \(rule).")
    case .claimMalformed(let item):
      BilingualText(
        "所核实的值不是数据项 \(item) 可取的值。", "The asserted value is none that the item \(item) could have.")
    case .claimNotAccepted(let request, let why):
      BilingualText(
        "\(request) 未经数源部门人员签名受理：\(why.chinese)。",
        "No person of the source signed that \(request) be answered: \(why.english).")
    case .subjectMalformed:
      BilingualText(
        "标识符不合规：应为 16 字节的证件块，或证件类型和号码。",
        "The subject is neither a block of 16 bytes that holds an identifier nor a type and a number."
      )
    default: BilingualText(reason, reason)
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .itemNotGranted, .useNotGranted, .purposeDiffers, .rollTooLarge, .rollGrew:
      BilingualText("如需使用，请另行申请：weir share apply。", "To ask for it: weir share apply.")
    case .grantSuspended:
      BilingualText(
        "weir share grant 可查看暂停理由；消除后授权恢复。",
        "weir share grant shows why; once that is mended the grant goes on.")
    case .grantNotReviewed, .grantExpired, .grantEnded:
      BilingualText("请重新申请授权：weir share apply。", "Apply for a new grant: weir share apply.")
    case .subjectNotNamed:
      BilingualText(
        "请重新申请并由另一人批准：weir audit request --trace。",
        "Ask for it anew, and let another person approve: weir audit request --trace.")
    case .claimNotAccepted:
      BilingualText(
        "请由数源部门经办人签名办理：weir share verify-request decide V-1 accept。",
        "Let an officer of the source decide and sign: weir share verify-request decide V-1 accept."
      )
    case .tooManyNeighbours:
      BilingualText(
        "确有需要的，请改用名册比对，或明日再查。",
        "Where there is a need for it, compare a roll, or ask again tomorrow.")
    case .quotaUsed: BilingualText("请明日再查，或申请更高额度。", "Try tomorrow, or ask for more.")
    case .claimItemUnknown, .claimMalformed:
      BilingualText(
        "请不予受理并说明，由申请部门按目录的数据项和格式重新提出。",
        "Decline it with this reason; the department files it again by the entry's items and forms."
      )
    case .registerKeysMissing:
      BilingualText(
        "请运维人员把密钥文件放回密钥目录后重新启动。",
        "Let the operator put the key files back where they were and start again.")
    case .issueNotOpen:
      BilingualText(
        "请核对问题编号：weir feedback show；刚提交的问题请稍候再试。",
        "Look at the issue: weir feedback show; one that was just filed is known in a moment.")
    case .registerDamaged:
      BilingualText("请运维人员核对备份：weir doctor。", "Let the operator check the restore: weir doctor.")
    default: nil
    }
  }
}
