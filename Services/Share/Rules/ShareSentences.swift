// What a refusal of Share says to the person who must act, in both languages (articles: ShareCitations; AC-40 to AC-55).

import Regulation
package import Vocabulary

extension ShareRefusal {
  package var sentence: BilingualText {
    aboutPersons ?? aboutWays ?? aboutContent ?? aboutGrants ?? aboutRolls
      ?? BilingualText("不予办理。", "Refused.")
  }

  private var aboutPersons: BilingualText? {
    switch self {
    case .notGovernmentBody:
      BilingualText("共享数据只提供给公共管理和服务机构。", "Shared data go to government bodies alone.")
    case .notParty(let resource):
      BilingualText("\(resource) 不归本部门办理。", "\(resource) is not for your department to act on.")
    case .ownEntry(let entry):
      BilingualText("\(entry) 是本部门的数据，无须申请。", "\(entry) is your own department's.")
    case .ownApplication(let resource):
      BilingualText("不得审核本部门的申请 \(resource)。", "\(resource) is your own department's application.")
    case .notReviewer(let resource, let expected, _):
      BilingualText(
        "\(resource) 应由\(list(expected).chinese)审核。",
        "\(resource) is reviewed by: \(list(expected).english).")
    case .noAuthorityAbove(let entry, let side, _):
      BilingualText(
        "对 \(entry) 的申请须由\(side.term.chinese)审核，而主管部门不得审核本部门的申请和数据，上级主管部门又未登记。",
        "The \(side.term.english) decides on applications for \(entry); an authority does not decide on its own application or data, and none above it is registered."
      )
    case .opinionGiven(let resource, let side):
      BilingualText(
        "\(resource) 的\(side.term.chinese)意见已经提出。",
        "The \(side.term.english) has given its opinion on \(resource) already.")
    case .samePerson(let resource, _):
      BilingualText("\(resource) 须由另一人办理。", "\(resource) needs a second person.")
    case .headNeeded(let resource):
      BilingualText(
        "\(resource) 须由部门主要负责人决定。", "Only the head of the department decides on \(resource).")
    case .securityOfficerNeeded(let resource):
      BilingualText("\(resource) 须由安全责任人接受。", "\(resource) is accepted by a security officer.")
    case .authorityMustResume(let grant):
      BilingualText(
        "\(grant) 由主管部门暂停，来源部门不能恢复。",
        "\(grant) was suspended by the authority; the source cannot resume it.")
    case .authorityNeeded(let resource, _):
      BilingualText(
        "\(resource) 须由主管部门的主管人员转报。",
        "\(resource) is handed on by a person with the authority's role.")
    case .officerMustAccept(let resource):
      BilingualText(
        "\(resource) 的安全责任人须本人接受。", "Who is named for \(resource) accepts it in person.")
    case .wrongState(let resource, let state, let action):
      BilingualText(
        "\(resource) 目前为“\(state.chinese)”，不能\(action.chinese)。",
        "\(resource) is \(state.english) and cannot be \(action.english).")
    default: nil
    }
  }

  private var aboutWays: BilingualText? {
    switch self {
    case .noProfileInForce(let resourceClass):
      BilingualText(
        "当日没有适用于“\(resourceClass)”的办法。", "No profile governs \"\(resourceClass)\" on this day.")
    case .entryNotPublished(let entry):
      BilingualText("\(entry) 未发布或已撤销。", "\(entry) is not published, or was withdrawn.")
    case .notShared(let item, _, _):
      BilingualText("“\(item)”不予共享，不能申请。", "\"\(item)\" is not shared and cannot be applied for.")
    case .applicationNeeded(let item):
      BilingualText("“\(item)”为有条件共享，须先申请。", "\"\(item)\" is conditional: it is applied for.")
    case .outsideConditions(let entry, let openTo, let conditions):
      BilingualText(
        "\(entry) 的有条件共享数据只提供给 \(openTo.joined(separator: "、"))，共享条件：\(conditions)。",
        "The conditional items of \(entry) are open to \(openTo.joined(separator: ", ")) alone; the conditions: \(conditions)."
      )
    case .applicationNotNeeded(let entry):
      BilingualText(
        "所列 \(entry) 的数据项均为无条件共享，无须申请。", "All these items of \(entry) are unconditional.")
    case .verificationNotProvided:
      BilingualText("本办法未设核实比对。", "This profile has no verification requests.")
    case .verificationNotNeeded(let item, _):
      BilingualText(
        "“\(item)”不在核实比对的范围内：限不予共享，或申请未获同意的有条件共享数据。",
        "\"\(item)\" cannot be verified so: only not-shared items, and conditional ones that were refused."
      )
    case .attemptsExhausted(let limit, _):
      BilingualText(
        "对同一人的核实已达 \(limit) 次。", "\(limit) claims about this person have been checked already.")
    default: nil
    }
  }

  private var aboutContent: BilingualText? {
    switch self {
    case .identityNumberInText(let path):
      BilingualText(
        "\(path) 中含有身份证号码，请删去。", "There is an identity number in \(path); take it out.")
    case .fieldTooLong(let path, let limit):
      BilingualText("\(path) 超过 \(limit)。", "\(path) is longer than \(limit).")
    case .fieldMissing(_, let term, _):
      BilingualText("缺少“\(term.chinese)”。", "The \(term.english) is missing.")
    case .fieldMalformed(let path, let rule):
      BilingualText("\(path) \(rule.chinese)。", "\(path) \(rule.english).")
    case .itemUnknown(let entry, let item):
      BilingualText("\(entry) 没有数据项“\(item)”。", "\(entry) has no item \"\(item)\".")
    case .itemRepeated(let item):
      BilingualText("数据项“\(item)”重复。", "Item \"\(item)\" stands twice.")
    case .untilPassed(let date, _):
      BilingualText("截止日 \(date.iso) 已过。", "The last day, \(date.iso), has passed.")
    case .decisionBeyondRequest(let item):
      BilingualText("未申请“\(item)”，不能超出申请范围。", "\"\(item)\" was not asked for.")
    case .decisionMissing(let item):
      BilingualText("未对“\(item)”提出意见。", "No decision on \"\(item)\".")
    case .rowRuleNeedsItem(let item):
      BilingualText(
        "数据项 \(item) 用于行规则，不能单独不同意。",
        "A row rule looks at the item \(item), which cannot be refused alone.")
    case .reasonMissing: BilingualText("须写明理由。", "A reason must be given.")
    case .basisMissing(_, let allowed, _):
      BilingualText(
        "不同意须有\(list(allowed).chinese)依据。", "A refusal rests on: \(list(allowed).english).")
    case .basisInvalid(_, let kind, let allowed, _):
      BilingualText(
        "“\(kind.term.chinese)”不能作为依据，应为\(list(allowed).chinese)。",
        "This ground is none here (\(kind.term.english)); it must be: \(list(allowed).english).")
    case .basisIncomplete:
      BilingualText("依据须写明文件名称和条款。", "A ground names its document and article.")
    case .evidenceMissing(let path):
      BilingualText(
        "违规领取须有证据（种类、日期、核验人），缺 \(path)。",
        "An irregular receipt needs evidence (kind, date, who saw it): \(path).")
    case .clock(let refusal): refusal.sentence
    case .safeguard(let refusal): refusal.sentence
    default: nil
    }
  }

  private var aboutGrants: BilingualText? {
    switch self {
    case .notGrantee(let grant):
      BilingualText("\(grant) 不是授予本部门的。", "\(grant) is not your department's.")
    case .systemNotGranted(let grant, let system):
      BilingualText(
        "\(grant) 不供系统“\(system)”使用。",
        "\(grant) is not for the system \"\(system)\".")
    case .accessModeNotFiled(let grant, let mode, _):
      BilingualText(
        "\(grant) 的访问方式\(mode.map { "“\($0.term.chinese)”" } ?? "")未备案。",
        "The access mode\(mode.map { " \"\($0.term.english)\"" } ?? "") of \(grant) is not filed.")
    case .filingNotProvided(let grant):
      BilingualText(
        "\(grant) 所依办法不要求访问方式备案。", "The profile of \(grant) has no access mode filed.")
    case .grantPending(let grant):
      BilingualText("\(grant) 尚未接受，未生效。", "\(grant) has not been accepted yet.")
    case .entryUnmounted(let entry):
      BilingualText(
        "\(entry) 已解除挂接，其授权暂停使用。",
        "\(entry) is unmounted: no system stands behind it, and its grants rest.")
    case .granteeDisabled(let grant):
      BilingualText(
        "\(grant) 的使用部门已停用，授权随之暂停。",
        "The department that holds \(grant) is disabled; the grant rests.")
    case .sourceDisabled(let resource):
      BilingualText(
        "\(resource) 的数源部门已停用；代办的主管部门不能代其同意。",
        "The source of \(resource) is disabled; the authority in its place does not approve in its name."
      )
    case .grantSuspended(let grant): BilingualText("\(grant) 已暂停。", "\(grant) is suspended.")
    case .grantExpired(let grant, let until):
      BilingualText("\(grant) 已于 \(until.iso) 到期。", "\(grant) ended with \(until.iso).")
    case .grantRevoked(let grant): BilingualText("\(grant) 已撤销。", "\(grant) was revoked.")
    case .grantEnded(let grant):
      BilingualText("\(grant) 已随目录终止。", "\(grant) ended with its entry.")
    case .modeNotGranted(let grant, let mode):
      BilingualText(
        "\(grant) 不含“\(mode.term.chinese)”。",
        "\(grant) does not hold the mode \"\(mode.term.english)\".")
    case .itemNotGranted(let grant, let item, let granted):
      BilingualText(
        "\(grant) 只含 \(granted.joined(separator: "、"))，不含“\(item)”。",
        "\(grant) holds \(granted.joined(separator: ", ")); \(item) is not among them.")
    case .purposeMissing(let grant):
      BilingualText("使用 \(grant) 须写明用途。", "Each use of \(grant) states its purpose.")
    case .purposeDiffers(let grant):
      BilingualText("用途与 \(grant) 不符。", "The purpose is not that of \(grant).")
    default: nil
    }
  }

  private var aboutRolls: BilingualText? {
    switch self {
    case .rollDiffers(let grant, let roll):
      BilingualText(
        "\(grant) 只可比对名单“\(roll)”。", "\(grant) lets the roll \"\(roll)\" be compared, no other.")
    case .rollTooLarge(let grant, let limit):
      BilingualText("超过 \(grant) 的 \(limit) 行。", "More rows than the \(limit) of \(grant).")
    case .runRepeated(let grant, let frequency, let run):
      BilingualText(
        "\(grant) \(frequency.term.chinese)，已有 \(run)。",
        "\(grant) lets it be done \(frequency.term.english): \(run) is there.")
    case .rollGrew(let grant, let limit, let last):
      BilingualText(
        "比上次的 \(last) 行增长超过 \(grant) 的 \(limit)%。",
        "More than the \(limit) percent that \(grant) lets it grow over the last \(last) rows.")
    case .chunkTooLarge(let limit):
      BilingualText("每块不得超过 \(limit) 行。", "A chunk has \(limit) rows at most.")
    case .chunkDiffers(let number):
      BilingualText("第 \(number) 块已有另一内容。", "Chunk \(number) came with other content before.")
    case .rollExceeded(let declared):
      BilingualText("超过申报的 \(declared) 行。", "More rows than the \(declared) declared.")
    case .chunksMissing(let missing, let received):
      BilingualText(
        "已收 \(received) 块，缺第 \(missing.prefix(20).map(String.init).joined(separator: "、")) 块。",
        "\(received) chunks came; missing: "
          + missing.prefix(20).map(String.init).joined(separator: ", ") + ".")
    case .rowsDiffer(let declared, let received):
      BilingualText(
        "申报 \(declared) 行，收到 \(received) 行。", "\(declared) rows were declared, \(received) came.")
    case .comparisonTooOld(let resource, let days, _):
      BilingualText("\(resource) 已超过 \(days) 天。", "\(resource) is older than \(days) days.")
    case .recordUnderCheck(let resource, let issue):
      BilingualText(
        "\(resource) 所依据的记录正在核实（\(issue)）。",
        "The record behind \(resource) is under check (\(issue)).")
    default: nil
    }
  }

  private func list(_ terms: [some ClosedList]) -> BilingualText {
    BilingualText(
      terms.map(\.term.chinese).joined(separator: "、"),
      terms.map(\.term.english).joined(separator: ", "))
  }
}
