// What the reader of an answer must be told (hebi-2021/13: while a record is checked, business goes on with lawful proof).

package import Vocabulary

/// What is known of an answer's records and of the register behind them.
package struct AnswerFacts: Hashable, Sendable {
  package var hasRecords: Bool
  package var isUnderCheck: Bool
  package var nameDiffers: Bool
  package var lineage: Lineage?

  package init(hasRecords: Bool, isUnderCheck: Bool, nameDiffers: Bool, lineage: Lineage?) {
    self.hasRecords = hasRecords
    self.isUnderCheck = isUnderCheck
    self.nameDiffers = nameDiffers
    self.lineage = lineage
  }
}

/// The sentences that go with an answer. Nothing found is not "clean": coverage and unrepaired rows stand beside it.
package func answerNotices(_ facts: AnswerFacts) -> [BilingualText] {
  var notices: [BilingualText] = []
  if facts.isUnderCheck {
    notices.append(
      BilingualText(
        "该记录正在核实，请接受当事人提供的合法证明，继续办理（hebi-2021/13）。",
        "This record is under check: accept lawful proof from the person and go on (hebi-2021/13).")
    )
  }
  if facts.nameDiffers {
    notices.append(
      BilingualText(
        "所报姓名与登记姓名不一致，结果存疑，请先核对身份。",
        "The submitted name differs from the record's: doubtful, make sure of the identity first."))
  }
  if let lineage = facts.lineage {
    notices.append(
      BilingualText(
        "数据截至 \(lineage.asOf)，覆盖范围：\(lineage.coverage)；未修复的退回记录 \(lineage.unrepairedRejects) 条。",
        "As of \(lineage.asOf), coverage: \(lineage.coverage); \(lineage.unrepairedRejects) rejected rows not yet repaired."
      ))
    if !facts.hasRecords {
      notices.append(
        BilingualText("未查到不等于没有。", "Nothing found does not mean that there is nothing."))
    }
  }
  return notices
}
