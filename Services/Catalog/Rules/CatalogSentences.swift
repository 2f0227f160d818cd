// What a refusal of the catalogue says to the person who must act, in both languages (articles such as meizhou-public-2023/10: CatalogRefusal).

import Regulation
package import Vocabulary

extension CatalogRefusal {
  package var sentence: BilingualText {
    aboutPersons ?? aboutFields ?? aboutSharing ?? aboutLists ?? BilingualText("不予办理。", "Refused.")
  }

  /// Who may not do it, and when it cannot be done.
  private var aboutPersons: BilingualText? {
    switch self {
    case .notOwner(let entry):
      BilingualText(
        "\(entry) 归其他部门，只有归属部门可以编制。",
        "\(entry) belongs to another department; only its owner drafts it.")
    case .notReviewer(let entry, [], _):
      BilingualText(
        "按现行办法，\(entry) 没有审核环节。", "Under the governing profile nobody reviews \(entry).")
    case .notReviewer(let entry, let expected, _):
      BilingualText(
        "\(entry) 应由\(names(expected).chinese)审核。",
        "\(entry) is reviewed by the \(names(expected).english).")
    case .ownReview(let entry):
      BilingualText(
        "不得审核本部门的目录 \(entry)。", "\(entry) is of your own department; another one reviews it.")
    case .outsideJurisdiction(let owner):
      BilingualText("不得为 \(owner) 编制目录。", "You cannot compile entries for \(owner).")
    case .noAuthorityAbove(let entry, let reviewer, _):
      BilingualText(
        "\(entry) 应由\(reviewer.term.chinese)审核，而主管部门不得审核本部门的目录，上级主管部门又未登记。",
        "\(entry) is reviewed by the \(reviewer.term.english); an authority does not review its own, and none above it is registered."
      )
    case .noAdministrator(let entry, _):
      BilingualText(
        "\(entry) 应由人口库管理人员审核，而本区域尚未指定人口库管理人员。",
        "\(entry) is reviewed by the administrator of the population base, and the region has none."
      )
    case .secondPersonNeeded(let entry, _):
      BilingualText(
        "您已就 \(entry) 给出意见，后一项意见须由另一人给出。",
        "You have given your opinion on \(entry); the next one is another person's.")
    case .wrongState(let entry, let state, let action):
      BilingualText(
        "\(entry) 目前为“\(state.term.chinese)”，不能\(action.chinese)。",
        "\(entry) is \(state.term.english) and cannot be \(action.english).")
    case .reasonMissing(let action):
      BilingualText(
        "\(action.chinese)须写明理由。", "A reason must be given when an entry is \(action.english).")
    case .claimedByOther(let item, let department, _):
      BilingualText(
        "“\(item)”已由 \(department) 作为法定来源登记，一数一源。",
        "\"\(item)\" already has its one source: \(department).")
    case .receivedData(_, let source, _):
      BilingualText(
        "数据来自 \(source)，不是本部门的数据，不得作为本部门的目录登记。",
        "The data came from \(source) and are not your department's own to register.")
    case .withdrawalNotRequested(let entry):
      BilingualText(
        "\(entry) 没有待办的撤销申请。", "Nobody of the source has asked to withdraw \(entry).")
    case .sourceSystemForeign:
      BilingualText("挂接的系统须属于本部门。", "The mounted system must be one of your own department.")
    case .systemNotRegistered(let system):
      BilingualText("系统 \(system) 未登记或已停用。", "\(system) is not registered, or disabled.")
    case .notInForce(let resourceClass):
      BilingualText(
        "当日没有适用于“\(resourceClass)”的办法。", "No profile governs \"\(resourceClass)\" on this day.")
    default: nil
    }
  }

  /// What is missing in the entry, or wrong with it.
  private var aboutFields: BilingualText? {
    switch self {
    case .stateSecret:
      BilingualText("涉及国家秘密的数据不得上平台。", "State secrets are not registered on this platform.")
    case .notElectronic(let entry):
      BilingualText(
        "\(entry) 为非电子形式，只能编目，不能挂接系统。",
        "\(entry) is not electronic: it is catalogued, and no system fills it.")
    case .fieldMissing(_, let term, _):
      BilingualText("缺少“\(term.chinese)”。", "The \(term.english) is missing.")
    case .fieldTooLong(let path, let limit):
      BilingualText("\(path) 超过\(limit)字。", "\(path) is longer than \(limit) characters.")
    case .identityNumberInText(let path):
      BilingualText("\(path) 中有公民身份号码。", "There is an identity number in \(path).")
    case .unknownCategory(let slug):
      BilingualText("没有分类 \(slug)。", "There is no category \(slug).")
    case .classNotOfCategory(let slug, let expected):
      BilingualText(
        "分类“\(slug)”的资源类别为 \(expected)，不由填报人选择。",
        "Resources of category \"\(slug)\" are of the class \(expected); it is not chosen.")
    case .categoryChangesProfile(let slug):
      BilingualText(
        "改为分类 \(slug) 会适用另一办法，已提交过的条目不能如此修改。",
        "With category \(slug) another profile would govern; what was handed in before keeps its own."
      )
    case .categoryNotYours(let slug, let owners, let origin, _):
      BilingualText(
        "分类 \(slug)（\(origin)）由\(owners.joined(separator: "、"))负责。",
        "Category \(slug) (\(origin)) belongs to \(owners.joined(separator: ", ")).")
    case .itemNameInvalid(let path):
      BilingualText("\(path) 不是合规的数据项代码。", "\(path) is no item name.")
    case .itemRepeated(_, let name):
      BilingualText("数据项“\(name)”重复。", "Item \"\(name)\" stands twice.")
    case .tooManyItems(let limit):
      BilingualText("数据项超过\(limit)个。", "There are more than \(limit) items.")
    case .itemMalformed(let path, let rule):
      BilingualText("\(path)：\(rule.chinese)", "\(path): \(rule.english)")
    case .identityItemMissing(let item, let origin, _):
      BilingualText(
        "缺少必备数据项“\(item.term.chinese)”（\(origin)）。",
        "The mandatory item \"\(item.term.english)\" is missing (\(origin)).")
    default: nil
    }
  }

  /// What is wrong with a share type and its ground.
  private var aboutSharing: BilingualText? {
    switch self {
    case .shareTypeUnknown(_, let type, _):
      BilingualText(
        "本办法没有“\(type.term.chinese)”类型。", "The profile knows no type \"\(type.term.english)\".")
    case .basisMissing(_, let type, _):
      BilingualText("“\(type.term.chinese)”须有依据。", "\"\(type.term.english)\" needs a basis.")
    case .basisInvalid(_, let kind, let allowed, _):
      BilingualText(
        "“\(kind.term.chinese)”不能作为依据，应为\(allowed.map(\.term.chinese).joined(separator: "、"))。",
        "A \(kind.term.english) is no basis here; it must be a "
          + allowed.map(\.term.english).joined(separator: ", ") + ".")
    case .basisIncomplete:
      BilingualText("依据须写明文件名称和条款。", "A basis names its document and article.")
    case .codeTaken(let code, let entry, let owner, _):
      BilingualText(
        "资源代码 \(code) 已由 \(owner) 登记为 \(entry)，全市只有一本目录。",
        "The code \(code) is registered already, by \(owner) as \(entry): there is one catalogue.")
    case .instrumentUnknown(_, let title, let known, _):
      BilingualText(
        "“\(title)”不在本办法所依据的文件之内：\(known.joined(separator: "、"))。",
        "\"\(title)\" is none of the instruments that the text stands on: \(known.joined(separator: ", "))."
      )
    case .conditionsMissing:
      BilingualText("有条件共享须写明共享条件。", "A conditional item states its conditions.")
    case .baseDataLocked:
      BilingualText("基础数据应无条件共享。", "Base data are shared unconditionally.")
    case .filingMissing:
      BilingualText(
        "不予共享的目录须先报主管部门备案。", "A not-shared entry is filed with the authority before it is approved."
      )
    case .secrecyReviewMissing:
      BilingualText("发布前须通过保密审查。", "The secrecy review is passed before publication.")
    case .bodyOutsideScope(let kind, _):
      BilingualText(
        "本办法不适用于“\(kind.term.chinese)”的数据。",
        "The governing text is not about data of a body that is \(kind.term.english).")
    case .businessOutsideScope:
      BilingualText(
        "公用企业公共服务以外的数据不适用本办法。",
        "Data of a public enterprise beyond its public service are outside the text.")
    case .specialLawNotOpen:
      BilingualText(
        "另有法律规定的数据从其规定，不得自动共享。",
        "Data that another law governs follow it; they are not shared of themselves.")
    case .typeNotYours:
      BilingualText("共享类型不由您改定。", "It is not yours to fix another share type.")
    case .itemUnknown(_, let name):
      BilingualText("该目录没有数据项“\(name)”。", "The entry has no item \"\(name)\".")
    case .filingNotNeeded:
      BilingualText("该目录无须备案。", "This entry needs no filing.")
    default: nil
    }
  }

  /// What is wrong with registers and the catalogue of a level.
  private var aboutLists: BilingualText? {
    switch self {
    case .listingNotYours(let kind, _):
      BilingualText(
        "\(kind.term.chinese)不由您编制或确认。",
        "The \(kind.term.english) is not yours to write or confirm.")
    case .listingWrongState(let name, let state, let action):
      BilingualText(
        "\(name) 目前为“\(state.term.chinese)”，不能\(action.chinese)。",
        "\(name) is \(state.term.english) and cannot be \(action.english).")
    case .assignedAlready(_, let item, let listing, let department, _):
      BilingualText(
        "“\(item)”已由 \(listing) 定为 \(department) 负责。",
        "\(listing) has said already that \"\(item)\" is for \(department).")
    case .guideNotMet(_, let term, let guide, _):
      BilingualText(
        "编制指南 \(guide) 要求填写“\(term.chinese)”。",
        "The guide \(guide) asks for the \(term.english).")
    case .sharedAlready(_, let item, let entry, _, _):
      BilingualText(
        "“\(item)”已由 \(entry) 共享，可以通过共享获取的不得重复采集。",
        "\"\(item)\" is shared by \(entry); what can be had by sharing is not collected again.")
    case .catalogueOutOfReach(let region):
      BilingualText("区域 \(region) 不归您管理。", "Region \(region) is not yours.")
    case .packageNotBelieved(let why):
      BilingualText(
        "目录包不可信：\(why.chinese)。", "The catalogue package is not believed: \(why.english).")
    case .groupDecisionMissing:
      BilingualText("须有建设小组的决定。", "A decision of the construction group is needed.")
    case .activeSharingUnknown:
      BilingualText("本办法没有此类主动共享。", "The governing text knows no such class of active sharing.")
    case .columnsMissing(let items):
      BilingualText(
        "资源缺少数据项对应的列：\(items.joined(separator: "、"))。",
        "The resource has no column for: \(items.joined(separator: ", ")).")
    case .notOpenable(_, let mark, _):
      BilingualText(
        "标为“\(mark.chinese)”的数据不予开放。", "Data marked \(mark.english) are not opened.")
    default: aboutBounds
    }
  }

  /// What contradicts itself, what a body may not do for what it is or has not seen to, and who may not read.
  private var aboutBounds: BilingualText? {
    switch self {
    case .dutyNotNamed(let post, _):
      BilingualText(
        "归属单位尚未备案“\(post.term.chinese)”。", "The owner has no \(post.term.english) on file.")
    case .coverageOutsideArea(let path, let area, _):
      BilingualText(
        "\(path) 超出归属单位的管辖区域（\(area)）：市级部门负责全市本行业，县级部门只负责本地。",
        "\(path) is outside the owner's area (\(area)): a city's body acts for the whole city in its line, a county's for itself."
      )
    case .notOpenToAll(let name, let type, _):
      BilingualText(
        "\(name) 为“\(type.term.chinese)”或者目前没有开放，不能匿名获取。",
        "\(name) is \(type.term.english), or not open at present; it is not given to just anybody.")
    case .functionNotRecorded(let function, _):
      BilingualText(
        "“\(function)”不在归属单位登记的职能之内。",
        "\"\(function)\" is none of the functions that are recorded of the owner.")
    case .gate(let refusal): refusal.sentence
    case .systemNamed:
      BilingualText(
        "资源名称写成了系统名称：共享的是数据，不是系统。",
        "The resource bears a system's name: what is shared are data, not a system.")
    case .modeContradictsFormat(let format, let mode):
      BilingualText(
        "信息资源格式“\(format.term.chinese)”与共享方式“\(mode.term.chinese)”矛盾。",
        "The format (\(format.term.english)) and the share mode (\(mode.term.english)) contradict each other."
      )
    default: nil
    }
  }

  /// What to do where the body, a ground or a code stands against it.
  private var nextStepOfEntries: BilingualText? {
    switch self {
    case .bodyOutsideScope:
      BilingualText(
        "单位性质登记有误的，请主管部门更正：weir department update … --body …。",
        "Where the body was registered wrongly, let the authority correct it: weir department update … --body …."
      )
    case .instrumentUnknown:
      BilingualText(
        "请改用所列文件，或者在依据中写明条文：weir catalog draft … （文件:条款:条文）。",
        "Name one of these, or add the wording of the article to the basis (document:article:wording)."
      )
    case .codeTaken(_, let entry, _, _):
      BilingualText(
        "请查看该条目：weir catalog show \(entry)；新条目不写代码，发布时自动赋码。",
        "See that entry: weir catalog show \(entry); a new one states no code and is given its own."
      )
    default: nil
    }
  }

  /// What to do where a register or the scope of a text stands against it.
  var nextStepOfLists: BilingualText? {
    switch self {
    case .sharedAlready(_, _, let entry, true, _):
      BilingualText(
        "请直接申请共享 \(entry)；确需采集的，由主管部门登记：weir register add（duplicate）。",
        "Apply for \(entry); where it must be collected all the same, the authority gives leave: weir register add (duplicate)."
      )
    case .sharedAlready(_, _, let entry, false, _):
      BilingualText(
        "请直接申请共享 \(entry)，或者在 duplicate_reason 中说明理由。",
        "Apply for \(entry), or say why in duplicate_reason.")
    case .assignedAlready(_, _, let listing, _, _):
      BilingualText(
        "请先修订或者终止 \(listing)：weir register。", "Revise or end \(listing) first: weir register.")
    case .listingNotYours:
      BilingualText("请由该清单的编制或确认单位办理。", "Let those who write or confirm the list do it.")
    case .groupDecisionMissing:
      BilingualText(
        "请大数据局登记会议决定：weir register add（meeting），并在 group_decision 中写明。",
        "Let the bureau record the meeting: weir register add (meeting); name it in group_decision."
      )
    case .dutyNotNamed(let post, _):
      BilingualText(
        "请先备案：weir department duty file … \(post.rawValue) --unit … --person …。",
        "File it first: weir department duty file … \(post.rawValue) --unit … --person ….")
    case .notOpenToAll:
      BilingualText(
        "开放目录写明条件和依据：GET /open/catalogue。",
        "The open catalogue tells conditions and grounds: GET /open/catalogue.")
    case .coverageOutsideArea:
      BilingualText("请由当地同类部门编制。", "Let the body of that place register it.")
    case .functionNotRecorded:
      BilingualText(
        "请在 function 中写明登记的职能（weir department show …）；登记有缺的，请主管部门补登：weir department update … --function …。",
        "Name a recorded function in function (weir department show …); where one is missing, let the authority record it: weir department update … --function …."
      )
    case .businessOutsideScope:
      BilingualText("只登记提供公共服务产生的数据。", "Register what comes of a public service only.")
    case .systemNamed:
      BilingualText(
        "请按所含数据命名，如“婚姻登记信息”。",
        "Name it for the data that it holds, such as \"marriage registrations\".")
    case .modeContradictsFormat:
      BilingualText(
        "文件类以文件共享；数据库以库表或接口共享。",
        "Files are shared as files; a database as a table or by an interface.")
    case .specialLawNotOpen:
      BilingualText(
        "请按该法律写明有条件共享或者不予共享及其依据。",
        "Type it conditional or not shared by that law, with its basis.")
    case .gate(let refusal): refusal.nextStep
    default: nextStepOfEntries
    }
  }

  private func names(_ reviewers: [Reviewer]) -> BilingualText {
    BilingualText(
      reviewers.map(\.term.chinese).joined(separator: "、"),
      reviewers.map(\.term.english).joined(separator: ", "))
  }
}
