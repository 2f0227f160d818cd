// weir policy diff: what a version changes by row and article, which running cases keep the former, which clocks move.

import ArgumentParser
import Boot
import Regulation
import Vocabulary

struct PolicyDiff: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    about(
      "diff", "比较两个版本：逐项变化及条款、沿用旧版的事项、移动的期限。",
      "Compare two versions: rows with articles, cases that keep the old one, clocks that move.",
      more: BilingualText(
        "版本写作 hebi-2021、hebi-2021@1，或一个文件；工作日历写作 calendar，与一个年度文件相比。加 --cases 时向节点询问办理中的事项。",
        "A version is hebi-2021, hebi-2021@1, or a file; the working calendar is calendar, compared with a year's file. "
          + "With --cases the node is asked for its running cases."),
      examples: "policy diff hebi-2021 ./hebi-2021-v2.yaml",
      "policy diff hebi-2021@1 hebi-2021@2 --cases --data /srv/weir --as operations/zhou",
      "policy diff calendar ./china-2027.yaml --cases")
  }

  @OptionGroup var law: LawOptions
  @OptionGroup var caller: CallerOptions
  @Argument(help: hint("原版本。", "The former version.", "old")) var old: String
  @Argument(help: hint("新版本或文件。", "The new version, or a file.", "new")) var new: String
  @Flag(help: hint("列出办理中的事项。", "Tell what runs on the node.")) var cases = false

  func run() async throws {
    let data = caller.dataFolder ?? Surroundings.current.environment["WEIR_DATA"]
    let folder = try law.folder(of: data)
    let profiles = try folder.profiles()
    let calendar = try folder.calendar()
    if old == "calendar" {
      guard case .year(let year) = try LawDraft.brought(new) else {
        throw CommandFailure(
          .usage, spoken("\(new) 不是工作日历年度文件。", "\(new) is no year of the working calendar."))
      }
      return try await show(try calendar.joined(year, file: new), since: calendar, profiles)
    }
    let former = try version(old, in: profiles)
    let next = try version(new, in: profiles)
    try await show(next, since: former, calendar)
  }

  private func show(
    _ next: Profile, since former: Profile, _ calendar: WorkingCalendar
  ) async throws {
    var tables = [
      ("changes", PolicyVersionTables.changes(former.changes(to: next))),
      ("periods", PolicyVersionTables.periods(former.periodChanges(to: next))),
    ]
    var running: [CaseEffect] = []
    if cases {
      running = try await caller.withSession { try await $0.runningCases(of: former.key) }
        .map { $0.under(next, on: calendar) }
      tables.append(("cases", PolicyVersionTables.cases(running)))
    }
    let console = caller.common.console
    console.show(
      [
        ("former", BilingualText("原版本", "former"), .text(former.reference.text)),
        ("next", BilingualText("新版本", "next"), .text(next.reference.text)),
        (
          "effective_from", BilingualText("新办适用", "effective from"),
          .day(next.document.effectiveFrom)
        ),
      ], tables: tables)
    if cases {
      console.note(
        BilingualText(
          "办理中的 \(running.count) 项沿用开始时的版本，期限不动。",
          "\(running.count) running cases keep the version with which they began; none of their clocks moves."
        ))
    }
  }

  private func show(
    _ next: WorkingCalendar, since former: WorkingCalendar, _ profiles: ProfileSet
  ) async throws {
    var tables = [("days", PolicyVersionTables.days(former.changes(to: next)))]
    var running: [CaseEffect] = []
    if cases {
      let today = try caller.today()
      running = try await caller.withSession { try await $0.runningCases(of: "") }
        .map { try $0.on(next, profiles: profiles, today: today) }
      tables.append(("cases", PolicyVersionTables.cases(running)))
    }
    let console = caller.common.console
    console.show(
      [
        ("former", BilingualText("原日历", "former"), .text(former.version)),
        ("next", BilingualText("新日历", "next"), .text(next.version)),
        ("valid_through", BilingualText("有效至", "valid through"), .day(next.validThrough)),
      ], tables: tables)
    if cases {
      let moved = running.count { $0.movesTo != nil }
      console.note(
        BilingualText(
          "办理中的 \(running.count) 项有 \(moved) 项期限移动；已办结的不变。",
          "Of \(running.count) running cases the clocks of \(moved) move; what has ended stays."))
    }
  }

  /// `hebi-2021`, `hebi-2021@1`, or the path of a file.
  private func version(_ name: String, in profiles: ProfileSet) throws -> Profile {
    if name.hasSuffix(".yaml") {
      guard case .profile(let document) = try LawDraft.brought(name) else {
        throw CommandFailure(.usage, spoken("\(name) 不是档案文件。", "\(name) is no profile."))
      }
      return try profiles.joined(document, file: name)
    }
    let halves = name.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    guard halves.count == 2 else { return try profiles.named(name) }
    guard let number = Int(halves[1]),
      let found = profiles.profile(named: halves[0], version: number)
    else { throw CommandFailure(.notFound, spoken("没有 \(name)。", "There is no \(name).")) }
    return found
  }
}

extension LawDraft {
  /// Reads a file that somebody brings.
  static func brought(_ path: String) throws -> LawDraft {
    let bytes = try readBytes(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure(.usage, spoken("\(path) 不是 UTF-8。", "\(path) is not UTF-8."))
    }
    return try read(file: path, text: text)
  }
}

extension ProfileSet {
  /// The profile that a file would be among these; the same version in place of one that is held.
  fileprivate func joined(_ document: ProfileDocument, file: String) throws -> Profile {
    do throws(ProfileSetProblem) {
      let others = all.filter { ($0.key, $0.version) != (document.key, document.version) }
      let set = try ProfileSet(documents: others + [document], governance: governance)
      if let found = set.profile(named: document.key, version: document.version) { return found }
    } catch {
      throw CommandFailure(
        .usage, spoken("\(file)：\(error.sentence.chinese)", "\(file): \(error.sentence.english)"))
    }
    throw CommandFailure(.notFound, spoken("没有 \(document.key)。", "There is no \(document.key)."))
  }
}

extension WorkingCalendar {
  fileprivate func joined(_ year: CalendarYear, file: String) throws -> WorkingCalendar {
    do throws(CalendarProblem) { return try taking(year) } catch {
      throw CommandFailure(
        .usage, spoken("\(file)：\(error.sentence.chinese)", "\(file): \(error.sentence.english)"))
    }
  }
}
