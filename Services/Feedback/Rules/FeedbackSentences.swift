// What a refusal of Feedback says to the person who must act, and what may be done instead (AC-60 to AC-63).

import Regulation
package import Vocabulary

extension FeedbackRefusal {
  package var nextStep: BilingualText? {
    switch self {
    case .grantMissing, .notHolder:
      BilingualText(
        "请注明本部门对该目录的有效授权；为当事人反映的，请按窗口登记。",
        "Name your own valid grant on this entry; for a person who came to you, file as a counter.")
    case .notSource:
      BilingualText("请由数源部门办理；主管部门可以督促。", "Leave it to the source; the authority may urge it.")
    case .wrongState(let issue, _, _):
      BilingualText(
        "weir feedback show \(issue) 可查看其经过。", "See what led to it: weir feedback show \(issue).")
    case .notReporter: BilingualText("请由提出部门办理。", "Leave it to the department that reported.")
    case .headNeeded:
      BilingualText("请报主要负责人同意。", "Ask the principal head of the source.")
    case .identityNumberInText:
      BilingualText("请删去身份证号码，以记录名称指明。", "Take the number out; a record's name says who is meant.")
    case .outcomeUnknown:
      BilingualText(
        "可填 reopened、not_affected、made_good。", "Say reopened, not_affected or made_good.")
    case .aliveNeedsCounter:
      BilingualText("请在窗口核验身份后登记。", "File it at a counter, where the identity is seen.")
    default: nil
    }
  }

  package var sentence: BilingualText {
    aboutParties ?? aboutContent
  }

  private var aboutParties: BilingualText? {
    switch self {
    case .noProfileInForce(let resourceClass):
      BilingualText(
        "当日没有适用于“\(resourceClass)”的办法。", "No profile governs \"\(resourceClass)\" on this day.")
    case .grantMissing:
      BilingualText("以授权使用单位名义反映须注明授权。", "A holder of a grant names the grant.")
    case .notHolder(let grant, let entry, _):
      BilingualText(
        "\(grant) 不是本部门对 \(entry) 的有效授权。", "\(grant) is no valid grant of yours on \(entry).")
    case .notSource(let issue):
      BilingualText("\(issue) 只能由数源部门核实和整改。", "Only the source verifies and rectifies \(issue).")
    case .notReporter(let issue):
      BilingualText(
        "\(issue) 只能由提出部门确认、重提或撤回。",
        "Only the reporter confirms, reopens or withdraws \(issue).")
    case .notParty(let issue, _):
      BilingualText(
        "\(issue) 的期限只能由提出部门和数源部门协商。",
        "The date of \(issue) is agreed by reporter and source alone.")
    case .notReceiver(let recall):
      BilingualText("本部门未收到 \(recall) 所涉数据。", "Your department received nothing of \(recall).")
    case .headNeeded(let issue, _):
      BilingualText(
        "延长 \(issue) 的校核期限须主要负责人同意。", "Extending \(issue) needs the principal head.")
    case .wrongState(let issue, let state, let action):
      BilingualText(
        "\(issue) 目前为“\(state.term.chinese)”，不能\(action.chinese)。",
        "\(issue) is \(state.term.english) and cannot be \(action.english).")
    case .alreadyAcknowledged(let recall):
      BilingualText("\(recall) 本部门已经签收。", "\(recall) was acknowledged by your department already.")
    case .clock(let refusal, let issue, _):
      BilingualText(
        "\(issue)：\(refusal.sentence.chinese)。", "\(issue): \(refusal.sentence.english).")
    default: nil
    }
  }

  private var aboutContent: BilingualText {
    switch self {
    case .fieldMissing(let path, _):
      BilingualText("缺少 \(path)。", "\(path) is missing.")
    case .channelNotOffered(let channel, let allowed, _):
      BilingualText(
        "不受理“\(channel.term.chinese)”方式，可用：\(allowed.map(\.term.chinese).joined(separator: "、"))。",
        "Not by \(channel.term.english); by \(allowed.map(\.term.english).joined(separator: ", "))."
      )
    case .itemUnknown(let entry, let item):
      BilingualText("\(entry) 没有数据项“\(item)”。", "\(entry) has no item \"\(item)\".")
    case .documentMalformed:
      BilingualText(
        "所见证件填类别，如 resident-identity-card，不填号码。",
        "Name the kind of document seen, as resident-identity-card, not its number.")
    case .aliveNeedsCounter:
      BilingualText(
        "“本人在世”须由窗口核验身份后登记。", "That a person is alive is filed where the person was seen.")
    case .elementMissing(let element, _):
      BilingualText("缺少“\(element.term.chinese)”。", "The \(element.term.english) is missing.")
    case .tooLong(let path, let limit):
      BilingualText("\(path) 超过 \(limit)。", "\(path) is longer than \(limit).")
    case .recordForeign(let record, let entry):
      BilingualText("\(record) 不是 \(entry) 的记录。", "\(record) is no record of \(entry).")
    case .identityNumberInText(let path):
      BilingualText("\(path) 中有公民身份号码。", "There is an identity number in \(path).")
    case .reasonsMissing: BilingualText("须写明理由。", "Reasons must be given.")
    case .filingMissing:
      BilingualText("延期须报同级主管部门备案。", "An extension is filed with the authority of the level.")
    case .outcomeUnknown: BilingualText("没有这种处理结果。", "There is no such outcome.")
    default: BilingualText("不予办理。", "Refused.")
    }
  }
}
