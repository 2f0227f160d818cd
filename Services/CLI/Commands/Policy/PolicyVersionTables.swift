// What a version of the law changes, as tables: rows with their articles, periods, running cases.

import Contracts
import Regulation
import Vocabulary

/// One side of `weir policy diff`: what somebody named.
enum PolicyVersionTables {
  /// Every row that reads otherwise.
  static func changes(_ changes: [ProfileChange]) -> Table {
    var table = Table(columns: [
      .init("key", BilingualText("参数", "key")),
      .init("change", BilingualText("变化", "change")),
      .init("former", BilingualText("原值", "former")),
      .init("former_article", BilingualText("原条款", "former article")),
      .init("value", BilingualText("新值", "value")),
      .init("article", BilingualText("条款", "article")),
    ])
    for change in changes {
      table.append([
        .text(change.key), .bilingual(change.kind.term),
        change.former.map { .text($0.value) } ?? .none,
        change.former?.citation.map { .text($0.text) } ?? .none,
        change.next.map { .text($0.value) } ?? .none,
        change.next?.citation.map { .text($0.text) } ?? .none,
      ])
    }
    return table
  }

  /// The periods that new cases get instead.
  static func periods(_ changes: [PeriodChange]) -> Table {
    var table = Table(columns: [
      .init("clock", BilingualText("期限", "clock")),
      .init("former", BilingualText("原期限", "former")),
      .init("former_article", BilingualText("原条款", "former article")),
      .init("period", BilingualText("新期限", "period")),
      .init("article", BilingualText("条款", "article")),
      .init("counted_from", BilingualText("起算", "counted from")),
    ])
    for change in changes {
      table.append([
        .text(change.clock.rawValue), change.former.map { .bilingual($0.period.text) } ?? .none,
        change.former.map { .text($0.citation.text) } ?? .none,
        change.next.map { .bilingual($0.period.text) } ?? .none,
        change.next.map { .text($0.citation.text) } ?? .none,
        change.next?.start.map { .bilingual($0.term) } ?? .none,
      ])
    }
    return table
  }

  /// The days that another calendar takes differently.
  static func days(_ changes: [CalendarChange]) -> Table {
    var table = Table(columns: [
      .init("date", BilingualText("日期", "date")),
      .init("weekday", BilingualText("星期", "weekday")),
      .init("former", BilingualText("原为", "former")),
      .init("value", BilingualText("现为", "value")),
      .init("notice", BilingualText("通知", "notice")),
    ])
    for change in changes {
      table.append([
        .day(change.date), .bilingual(change.date.weekday.term), .text(change.former.word),
        .text(change.next.word),
        (change.next.notice ?? change.former.notice).map { .text($0) } ?? .none,
      ])
    }
    return table
  }

  /// Running cases: what each keeps, and whether its clock moves.
  static func cases(_ effects: [CaseEffect]) -> Table {
    var table = Table(columns: [
      .init("service", BilingualText("服务", "service")),
      .init("resource", BilingualText("事项", "resource")),
      .init("state", BilingualText("状态", "state")),
      .init("keeps", BilingualText("沿用", "keeps")),
      .init("clock", BilingualText("期限", "clock")),
      .init("due", BilingualText("到期", "due")),
      .init("moves_to", BilingualText("移至", "moves to")),
      .init("if_new", BilingualText("若为新办", "if it were new")),
    ])
    for effect in effects {
      table.append([
        .text(effect.service), .text(effect.running.resource), .text(effect.running.state),
        .text(effect.running.profile.split(separator: "+").first.map(String.init) ?? ""),
        effect.running.clock.map { .text($0.clock) } ?? .none,
        effect.running.clock?.due.map { .text($0.date) } ?? .none,
        effect.movesTo.map { .day($0) } ?? .none, effect.ifNew.map { .day($0) } ?? .none,
      ])
    }
    return table
  }
}
