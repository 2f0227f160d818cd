// Step: an application that nobody answers goes up the line on the day that its law sets, to the source and its authority.

import Contracts
import Regulation
import Synth
import Vocabulary

extension DemoStep {
  static let escalation = DemoStep(
    name: "escalation",
    title: BilingualText(
      "逾期不答复：依法定期限升级", "Nobody answers: it goes up the line when its period has passed")
  ) { stage in
    let bureau = DemoCast.humanResources
    let officer = try stage.wire.client(bureau.principal(bureau.officer)).share
    let submitted = try await submit(
      DemoWish(
        kind: .correction, items: ["name", "court"], purpose: DemoTerms.purpose,
        business: DemoTerms.business, scenario: "个案核对", modes: [.lookup],
        until: DemoTerms.until(stage.plan)
      ).application(of: try stage.entry(.correction).name), &stage, officer)
    let filed = stage.plan.today.adding(days: 1)
    guard let rule = stage.law.governing(.correction).clock(.shareReply) else { return }
    let clock = LegalClock(rule: rule, started: filed)
    let calendar = stage.law.calendar
    let due = clock.due(on: calendar, today: filed)
    try stage.skip(to: clock.escalates(on: calendar, today: filed))
    let source = DemoCast.department(RegisterKind.correction.department)
    for (who, principal) in [
      (BilingualText("数源部门", "the source"), source.principal(source.officer)),
      (BilingualText("主管部门", "the authority"), DemoCast.authority),
    ] {
      let registry = try stage.wire.client(principal).registry
      let notice = try await patiently(for: "the escalation", limit: .seconds(60)) {
        try await registry.listNotices(.init(pageSize: 500)).notices.first {
          $0.resource == submitted.name && $0.notice == "escalation"
        }
      }
      stage.ledger.expect(
        BilingualText(
          "\(who.chinese)获知逾期：原定答复日", "\(who.english) is told what is late: it was due on"),
        "\(due.date.iso) \(due.citation.text)",
        "\(notice.due?.date ?? "") \(notice.due?.article ?? "")", by: .law(.shareReplyDays))
    }
  }
}
