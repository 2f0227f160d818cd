// Files of the law that are wrong are refused with file and line, before anything starts.

import Boot
import Foundation
import Regulation
import Testing
import Vocabulary

@Suite("Files of the law")
struct LawFilesTests {
  private static let head = """
    profile: test-profile
    version: 1
    title: 试
    number: 试〔2020〕1号
    short_name: {zh: 试, en: test}
    rows:
      - {key: in_force_from, value: 2020-01-01, article: "1", origin: text}

    """

  private func problems(_ text: String) -> [String] {
    do throws(LawFileProblems) {
      _ = try PolicyFiles.document(file: "p.yaml", text: text)
      return []
    } catch {
      return error.description.split(separator: "\n").map(String.init)
    }
  }

  @Test("a sound file is read, and 21.10 stays 21.10")
  func sound() throws {
    let text =
      Self.head + "  - {key: share.reply_wd, value: 5, article: 21.10, origin: text, note: 注}\n"
    let document = try PolicyFiles.document(file: "p.yaml", text: text)
    let row = try #require(document.row(.shareReplyDays))
    #expect(row.article == "21.10")
    #expect(row.line == 8)
    #expect(row.note == "注")
  }

  @Test(
    "each mistake is told with its line",
    arguments: [
      (
        "{key: share.replay_wd, value: 5, article: \"2\", origin: text}",
        "unknown key share.replay_wd"
      ),
      (
        "{key: share.reply_wd, value: five, article: \"2\", origin: text}",
        "share.reply_wd must be an integer from 1 to 250"
      ),
      (
        "{key: share.reply_wd, value: \"5\", article: \"2\", origin: text}",
        "share.reply_wd must be an integer from 1 to 250"
      ),
      (
        "{key: share.reply_wd, value: , article: \"2\", origin: text}",
        "share.reply_wd must be an integer from 1 to 250"
      ),
      (
        "{key: share.reply_wd, value: {a: 1}, article: \"2\", origin: text}",
        "share.reply_wd must be an integer from 1 to 250"
      ),
      ("{key: share.reply_wd, article: \"2\", origin: text}", "share.reply_wd has no value"),
      ("{key: share.reply_wd, value: 5, origin: text}", "share.reply_wd has no article"),
      ("{key: share.reply_wd, value: 5, article: \"2\"}", "share.reply_wd has no origin"),
      (
        "{key: share.reply_wd, value: 5, article: \"2\", origin: text, notes: x}",
        "unknown field notes"
      ),
      ("{value: 5, article: \"2\", origin: text}", "the row has no key"),
    ])
  func mistakes(row: String, message: String) {
    let place = row.contains("article: \"2\"") ? "row 2, article 2" : "row 2"
    #expect(problems(Self.head + "  - \(row)\n") == ["p.yaml:8: \(message) (\(place))"])
  }

  @Test("YAML that is none, other shapes and unknown fields are refused")
  func shapes() {
    #expect(problems("a: [") == ["p.yaml:2: not valid YAML"])
    #expect(problems("") == ["p.yaml: the file is empty"])
    #expect(problems("- a") == ["p.yaml:1: a mapping belongs here"])
    #expect(problems("profil: x") == ["p.yaml:1: unknown field profil"])
    #expect(
      problems("profile: x\nversion: 1\ntitle: t\nnumber: n\nrows: 3").first?.contains(
        "must be a list") == true)
    #expect(problems(Self.head + "  - nonsense\n") == ["p.yaml:8: a mapping belongs here"])
    #expect(problems("profile: x\nprofile: y\nrows: []").first?.contains("not valid YAML") == true)
  }

  @Test("a folder's problems are told together, and a missing or empty folder is one")
  func folders() throws {
    let folder = NSTemporaryDirectory() + "weir-law-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func load() -> LawFileProblems? {
      do throws(LawFileProblems) {
        _ = try PolicyFiles.load(policiesFolder: folder, governanceFile: folder + "/none")
        return nil
      } catch {
        return error
      }
    }
    #expect(load()?.problems.first?.sentence.english == "the folder holds no .yaml file")
    try "a: [".write(toFile: folder + "/a.yaml", atomically: true, encoding: .utf8)
    try "profile: b".write(toFile: folder + "/b.yaml", atomically: true, encoding: .utf8)
    try Data([0xff, 0xfe]).write(to: URL(fileURLWithPath: folder + "/c.yaml"))
    let found = load()?.problems.map { $0.file.suffix(6) }
    #expect(found == ["a.yaml", "b.yaml", "c.yaml"])
    do throws(LawFileProblems) {
      _ = try CalendarFiles.load(calendarsFolder: folder + "/missing")
      Issue.record("a missing folder was read")
    } catch {
      #expect(error.problems.first?.sentence.english == "the folder cannot be opened")
    }
  }

  @Test("governance names known profiles and real days")
  func governance() throws {
    func problem(_ row: String) -> String? {
      do throws(LawFileProblems) {
        _ = try PolicyFiles.governance(file: "g.yaml", text: "governance:\n  - \(row)\n")
        return nil
      } catch {
        return error.description
      }
    }
    #expect(problem("{tag: any, profile: aa, from: 2020-01-01, to: 2020-12-31}") == nil)
    #expect(
      problem("{tag: any, profile: aa, from: 2020-02-30}")
        == "g.yaml:2: from must be a date like 2024-03-04")
    #expect(problem("{tag: any, from: 2020-02-03}") == "g.yaml:2: profile is missing")
    #expect(
      problem("{tag: any, profile: aa, from: 2020-02-03, until: x}")
        == "g.yaml:2: unknown field until")
    let rows = try PolicyFiles.governance(
      file: "g.yaml", text: "governance:\n  - {tag: any, profile: aa, from: 2020-01-01}\n")
    #expect(rows.first?.tag == nil)
  }

  @Test("a calendar year refuses long holidays, other calendars and unknown fields")
  func calendars() {
    func problem(_ changed: [(String, String)]) -> String? {
      var text = """
        calendar: china
        year: 2024
        version: 1
        notices:
          - number: n
        off:
          - {from: 2024-01-01, to: 2024-01-01, name: 元旦, notice: n}
        make_up:
          - {date: 2024-01-06, name: 元旦, notice: n}
        """
      for (old, new) in changed { text = text.replacingOccurrences(of: old, with: new) }
      do throws(LawFileProblems) {
        _ = try CalendarFiles.year(file: "c.yaml", text: text)
        return nil
      } catch {
        return error.description
      }
    }
    #expect(problem([]) == nil)
    #expect(problem([("to: 2024-01-01", "to: 2024-01-14")]) == nil)
    #expect(
      problem([("to: 2024-01-01", "to: 2024-01-15")]) == "c.yaml:7: a holiday has 1 to 14 days")
    #expect(
      problem([("to: 2024-01-01", "to: 2023-12-31")]) == "c.yaml:7: a holiday has 1 to 14 days")
    #expect(
      problem([("calendar: china", "calendar: moon")])
        == "c.yaml:1: only the calendar china is known")
    #expect(problem([("number: n", "nummer: n")]) == "c.yaml:5: unknown field nummer")
    #expect(problem([("year: 2024", "year: MMXXIV")]) == "c.yaml:2: year must be an integer")
  }
}
