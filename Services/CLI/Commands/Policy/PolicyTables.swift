// Regulations as tables: what a profile says, on which article, and how a period was counted.

import Regulation
import Vocabulary

/// What `weir policy` shows.
enum PolicyTables {
  /// All regulations held, with the days on which they are in force.
  static func regulations(_ profiles: ProfileSet, on day: CivilDate) -> Table {
    var table = Table(columns: [
      .init("profile", BilingualText("档案", "profile")),
      .init("name", BilingualText("简称", "name")),
      .init("number", BilingualText("文号", "number")),
      .init("from", BilingualText("施行", "in force from")),
      .init("to", BilingualText("失效", "to")),
      .init("in_force", BilingualText("有效", "in force")),
      .init("version", BilingualText("版本", "version"), alignment: .right),
    ])
    for profile in profiles.keys.compactMap({ profiles.profile(named: $0) }) {
      let document = profile.document
      table.append([
        .text(document.key), .bilingual(document.shortName), .text(document.number),
        .day(document.inForceFrom), .day(document.inForceTo),
        .flag(document.isInForce(on: day)), .integer(document.version),
      ])
    }
    return table
  }

  /// The documents asked one after the other, and whether each one's text is held.
  static func chain(of profile: Profile) -> Table {
    var table = Table(columns: [
      .init("order", BilingualText("次序", "order"), alignment: .right),
      .init("profile", BilingualText("档案", "profile")),
      .init("version", BilingualText("版本", "version"), alignment: .right),
      .init("title", BilingualText("名称", "title")),
      .init("text_held", BilingualText("已收录文本", "text held")),
    ])
    for (index, document) in profile.chain.enumerated() {
      table.append([
        .integer(index + 1), .text(document.key), .integer(document.version),
        .text(document.title), .flag(document.isTextHeld),
      ])
    }
    return table
  }

  /// Every parameter that the profile or its chain sets, in the order of the keys.
  ///
  /// - Parameter prefix: Only keys that begin so, `share.`; empty for all.
  static func provisions(of profile: Profile, prefix: String) -> Table {
    var table = Table(columns: [
      .init("key", BilingualText("参数", "key")),
      .init("value", BilingualText("值", "value")),
      .init("article", BilingualText("条款", "article")),
      .init("origin", BilingualText("来源", "origin")),
      .init("note", BilingualText("说明", "note")),
    ])
    for key in ProfileKey.allCases where key.rawValue.hasPrefix(prefix) {
      switch profile.look(up: key) {
      case .provision(let found):
        table.append([
          .text(key.rawValue), .text(found.value.text), .text(found.citation.text),
          .bilingual(found.origin.term), found.note.map(OutputValue.text) ?? .none,
        ])
      case .setAside(let citation):
        table.append([
          .text(key.rawValue), .bilingual(BilingualText("不适用", "set aside")),
          .text(citation.text), .none, .none,
        ])
      case .silent: continue
      }
    }
    return table
  }

  /// The parameters that neither the profile nor its chain sets: nothing is guessed for them.
  static func unset(in profile: Profile, prefix: String) -> Table {
    var table = Table(columns: [.init("key", BilingualText("参数", "key"))])
    for key in ProfileKey.allCases where key.rawValue.hasPrefix(prefix) {
      if profile.look(up: key) == .silent { table.append([.text(key.rawValue)]) }
    }
    return table
  }

  /// The words of a text, each with its article and what it means here.
  static func terms(of document: ProfileDocument) -> Table {
    var table = Table(columns: [
      .init("term", BilingualText("用语", "term")),
      .init("english", BilingualText("英文", "in English")),
      .init("article", BilingualText("条款", "article")),
      .init("means", BilingualText("所指", "means")),
    ])
    for term in document.terms {
      table.append([
        .text(term.term.chinese), .text(term.term.english),
        .text("\(document.key)/\(term.article)"), .bilingual(term.means.term),
      ])
    }
    return table
  }

  /// That a regulation is out of force, and what holds instead.
  static func warning(_ expiry: ProfileSet.Expiry) -> BilingualText {
    let (name, ended) = (expiry.profile.document.shortName, expiry.ended.iso)
    let what = expiry.tag ?? "*"
    guard let successor = expiry.successor?.document.shortName else {
      return BilingualText(
        "警告：\(name.chinese)已于 \(ended) 到期，\(what) 类资源现无规章适用。",
        "Warning: \(name.english) ended on \(ended); nothing governs resources of class \(what).")
    }
    return BilingualText(
      "警告：\(name.chinese)已于 \(ended) 到期，\(what) 类资源现适用\(successor.chinese)。",
      "Warning: \(name.english) ended on \(ended); resources of class \(what) fall to \(successor.english)."
    )
  }

  /// The count of a period, in short.
  static func summary(_ explanation: ClockExplanation, profile: Profile) -> [Console.Field] {
    let rule = explanation.rule
    return [
      ("profile", BilingualText("档案", "profile"), .text(profile.reference.text)),
      ("period", BilingualText("期限", "period"), .bilingual(rule.period.text)),
      (
        "counted_from", BilingualText("起算", "counted from"),
        rule.start.map { .bilingual($0.term) } ?? .none
      ),
      ("started", BilingualText("起算日", "started"), .day(explanation.started)),
      ("due", BilingualText("到期日", "due"), .day(explanation.due.date)),
      ("provisional", BilingualText("暂定", "provisional"), .flag(explanation.due.isProvisional)),
      ("article", BilingualText("条款", "article"), .text(rule.citation.text)),
      ("origin", BilingualText("来源", "origin"), .bilingual(rule.origin.term)),
      ("calendar", BilingualText("工作日历", "calendar"), .text(explanation.calendarVersion)),
      (
        "calendar_valid_through", BilingualText("日历有效至", "calendar valid through"),
        .day(explanation.validThrough)
      ),
    ]
  }

  /// The count day by day.
  static func days(_ explanation: ClockExplanation) -> Table {
    var table = Table(columns: [
      .init("date", BilingualText("日期", "date")),
      .init("weekday", BilingualText("星期", "weekday")),
      .init("number", BilingualText("第几日", "day"), alignment: .right),
      .init("reason", BilingualText("原因", "reason")),
    ])
    for day in explanation.days {
      table.append([
        .day(day.date), .bilingual(day.date.weekday.term),
        day.number.map(OutputValue.integer) ?? .none,
        day.reason.map(OutputValue.bilingual) ?? .none,
      ])
    }
    return table
  }
}
