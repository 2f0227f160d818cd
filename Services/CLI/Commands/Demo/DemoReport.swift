// The report at the end: what was planned, what was found, in words that a department head understands.

import Vocabulary

extension DemoOutcome {
  /// Prints the table or the JSON object; the last line says whether everything agrees.
  package func show(
    on console: Console, gateway: String, dataFolder: String, profile: String, day: String
  ) {
    let wrong = checks.count { !$0.holds }
    console.show(
      [
        ("profile", BilingualText("规章", "profile"), .text(profile)),
        ("day", BilingualText("日期", "day"), .text(day)),
        ("gateway", BilingualText("网关地址", "gateway"), .text(gateway)),
        ("data", BilingualText("数据目录", "data folder"), .text(dataFolder)),
        ("checks", BilingualText("核对项", "checks"), .integer(checks.count)),
        ("differences", BilingualText("不符项", "differences"), .integer(wrong)),
      ],
      tables: [("steps", table), ("law_differences", differenceTable(console.format))])
    console.say(
      wrong == 0
        ? BilingualText(
          "\n全部 \(checks.count) 项与预先写下的清单相符。",
          "\nAll \(checks.count) checks agree with the plan written beforehand.")
        : BilingualText("\n有 \(wrong) 项与清单不符。", "\n\(wrong) checks differ from the plan."))
  }

  /// For a program each value by itself; for a person with its article behind it. Empty under the standard regulation.
  private func differenceTable(_ format: OutputFormat) -> Table {
    guard format == .table else { return differenceRecords }
    var table = Table(
      columns: [
        .init("check", BilingualText("核对内容", "check")),
        .init("here", BilingualText("本规章", "this law")),
        .init("standard", BilingualText("标准规章", "standard law")),
        .init("found", BilingualText("实为", "found")),
      ], layout: .report)
    func said(_ value: String, _ article: String) -> OutputValue {
      value.isEmpty
        ? .bilingual(BilingualText("未规定", "nothing")) : .text("\(value) [\(article)]")
    }
    for difference in differences {
      table.append([
        .bilingual(difference.what), said(difference.value, difference.article),
        said(difference.standardValue, difference.standardArticle), .text(difference.found),
      ])
    }
    return table
  }

  private var differenceRecords: Table {
    var table = Table(
      columns: ["step", "check", "key", "here", "article", "standard", "standard_article", "found"]
        .map { .init($0, BilingualText(plain: $0)) })
    for difference in differences {
      table.append([
        .text(difference.step), .bilingual(difference.what), .text(difference.key),
        .text(difference.value), .text(difference.article), .text(difference.standardValue),
        .text(difference.standardArticle), .text(difference.found),
      ])
    }
    return table
  }

  private var table: Table {
    var table = Table(
      columns: [
        .init("step", BilingualText("步骤", "step")),
        .init("check", BilingualText("核对内容", "check")),
        .init("planned", BilingualText("应为", "planned")),
        .init("found", BilingualText("实为", "found")),
        .init("agrees", BilingualText("相符", "agrees")),
      ], layout: .report)
    for check in checks {
      table.append([
        .text(check.step), .bilingual(check.what), .text(check.planned), .text(check.found),
        .flag(check.holds),
      ])
    }
    return table
  }
}
