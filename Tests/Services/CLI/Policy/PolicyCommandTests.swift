// weir policy on the regulations that are shipped.

import Foundation
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("weir policy")
struct PolicyCommandTests {
  private static let law = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "deploy").path

  private func run(_ arguments: [String]) async -> (exit: ProgramExit, StreamRecorder) {
    let recorder = StreamRecorder()
    let surroundings = recorder.surroundings(arguments, environment: ["WEIR_LAW": Self.law])
    return (await runWeir(surroundings), recorder)
  }

  private func json(_ recorder: StreamRecorder) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(recorder.output.utf8))
  }

  @Test("list names all five regulations, and which are in force on a day")
  func list() async throws {
    let (exit, recorder) = await run(["policy", "list", "--on", "2024-03-04", "--output", "json"])
    #expect(exit == .done)
    let rows = try #require(json(recorder) as? [[String: Any]])
    #expect(
      rows.compactMap { $0["profile"] as? String } == [
        "guangdong-2018", "hebi-2021", "luyi-2019", "meizhou-public-2023", "meizhou-specific-2021",
      ])
    // The two-year trial of meizhou-specific-2021 ended on 2023-06-20 (meizhou-specific-2021/38).
    #expect(rows.last?["in_force"] as? Bool == false)
    #expect(rows[3]["in_force"] as? Bool == true)
  }

  @Test(
    "list warns of a regulation that has ended and names what governs instead (meizhou-specific-2021/38)",
    arguments: [
      ("2023-06-20", ""), ("2023-06-21", "nothing governs"),
      ("2023-07-24", "fall to Meizhou public-data measures"),
    ])
  func expiry(_ day: String, _ warning: String) async {
    let (exit, recorder) = await run(["policy", "list", "--on", day, "--lang", "en"])
    #expect(exit == .done)
    #expect(recorder.errors.contains("Warning") == !warning.isEmpty)
    #expect(recorder.errors.contains(warning) || warning.isEmpty)
  }

  @Test(
    "show tells the head of the text, and with --unset what nothing sets (meizhou-public-2023/0, 1)"
  )
  func head() async throws {
    let (_, shown) = await run(["policy", "show", "meizhou-public-2023", "--output", "json"])
    for text in ["2023-08-11", "753001", "省政府令第290号", "市政务服务数据管理局"] {
      #expect(shown.output.contains(text), "\(text)")
    }
    let (_, unset) = await run(["policy", "show", "meizhou-public-2023", "--unset"])
    #expect(unset.output.contains("ingest.stock_wd"))
    #expect(!unset.output.contains("share.reply_wd"))
  }

  @Test(
    "terms tells the words of a text with article and meaning; a wrong one is told with its line")
  func terms() async throws {
    let (exit, recorder) = await run([
      "policy", "terms", "meizhou-specific-2021", "--output", "json",
    ])
    #expect(exit == .done)
    let rows = try #require(json(recorder) as? [[String: Any]])
    #expect(
      rows.contains {
        $0["term"] as? String == "数源部门"
          && $0["article"] as? String == "meizhou-specific-2021/5.4"
      })
    let folder = FileManager.default.temporaryDirectory.appending(path: "weir-law-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(atPath: Self.law, toPath: folder.path)
    let file = folder.appending(path: "policies/hebi-2021.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
    for (row, problem) in [
      ("{term: {zh: 甲, en: a}, article: \"1\", means: mayor}", "nothing here is called mayor"),
      ("{term: {zh: 政务数据, en: a}, article: \"1\", means: node}", "stands twice"),
      ("{term: {zh: 甲, en: a}, means: node}", "article is missing"),
    ] {
      try text.replacing("terms:\n", with: "terms:\n  - \(row)\n")
        .write(to: file, atomically: true, encoding: .utf8)
      let broken = await run(["policy", "list", "--law", folder.path])
      #expect(broken.exit == .usage)
      #expect(broken.1.errors.contains("hebi-2021.yaml:") && broken.1.errors.contains(problem))
    }
  }

  @Test("show gives the reply period with its article, and says that national law is not held")
  func show() async throws {
    let (exit, recorder) = await run([
      "policy", "show", "meizhou-public-2023", "--key", "share.reply", "--lang", "zh",
    ])
    #expect(exit == .done)
    #expect(recorder.output.contains("meizhou-public-2023/21"))
    #expect(recorder.errors.contains("尚未收录"))
  }

  @Test("simulate counts from the day after, over the holidays (meizhou-public-2023/21)")
  func simulate() async throws {
    let (exit, recorder) = await run([
      "policy", "simulate", "meizhou-public-2023", "share.reply", "--start", "2024-04-02",
      "--output", "json",
    ])
    #expect(exit == .done)
    let object = try #require(json(recorder) as? [String: Any])
    #expect(object["due"] as? String == "2024-04-10")
    #expect(object["provisional"] as? Bool == false)
    #expect((object["days"] as? [[String: Any]])?.count == 8)
  }

  @Test(
    "simulate --filed tells every period with its article and why, in a sentence (meizhou-specific-2021/21d)"
  )
  func filed() async throws {
    let command = ["policy", "simulate", "meizhou-specific-2021", "--filed", "2026-02-13"]
    let (exit, recorder) = await run(command + ["--output", "json"])
    #expect(exit == .done)
    let object = try #require(json(recorder) as? [String: Any])
    let clocks = try #require(object["clocks"] as? [[String: Any]])
    let reply = try #require(clocks.first { $0["clock"] as? String == "share.reply" })
    #expect(reply["due"] as? String == "2026-02-25")
    #expect(reply["article"] as? String == "meizhou-specific-2021/21d")
    let (_, told) = await run(command + ["--lang", "en"])
    #expect(
      told.output.contains(
        "the reply: filed on Friday 13 February 2026, due Wednesday 25 February 2026, because "
          + "meizhou-specific-2021/21d gives 3 working days"))
    #expect(told.errors.contains("not in force on 2026-02-13"))
  }

  @Test(
    "diff tells rows and periods that read otherwise, with both articles; of the calendar its days")
  func diff() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "weir-diff-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let text = try String(contentsOfFile: Self.law + "/policies/hebi-2021.yaml", encoding: .utf8)
    let file = folder.appending(path: "second.yaml").path
    try text.replacing("version: 1\n", with: "version: 2\neffective_from: 2027-01-01\n")
      .replacing("share.reply_wd, value: 5", with: "share.reply_wd, value: 8")
      .write(toFile: file, atomically: true, encoding: .utf8)
    let (exit, recorder) = await run(["policy", "diff", "hebi-2021", file, "--output", "json"])
    #expect(exit == .done)
    let object = try #require(json(recorder) as? [String: Any])
    let changes = try #require(object["changes"] as? [[String: Any]])
    #expect(changes.count == 1)
    #expect(changes.first?["former"] as? String == "5" && changes.first?["value"] as? String == "8")
    #expect(changes.first?["article"] as? String == "hebi-2021/15.1d")
    #expect((object["periods"] as? [[String: Any]])?.first?["clock"] as? String == "share.reply")
    #expect(object["effective_from"] as? String == "2027-01-01")

    let year = try String(contentsOfFile: Self.law + "/calendars/china-2026.yaml", encoding: .utf8)
    let other = folder.appending(path: "year.yaml").path
    try year.replacing("version: 1", with: "version: 2")
      .replacing("to: 2026-10-07", with: "to: 2026-10-08")
      .write(toFile: other, atomically: true, encoding: .utf8)
    let (_, days) = await run(["policy", "diff", "calendar", other, "--output", "json"])
    let moved = try #require((json(days) as? [String: Any])?["days"] as? [[String: Any]])
    #expect(moved.compactMap { $0["date"] as? String } == ["2026-10-08"])
    #expect(await run(["policy", "diff", "hebi-2021", "hebi-2021@7"]).exit == .notFound)
    #expect(await run(["policy", "diff", "calendar", file]).exit == .usage)
  }

  @Test("beyond the calendar the date is provisional, never guessed silently")
  func provisional() async throws {
    let (_, recorder) = await run([
      "policy", "simulate", "meizhou-public-2023", "share.reply", "--start", "2099-01-01",
      "--output", "json",
    ])
    let object = try #require(json(recorder) as? [String: Any])
    #expect(object["provisional"] as? Bool == true)
  }

  @Test("an unknown profile is not found; a nonsense day, clock or folder is wrong usage")
  func refused() async {
    let unknown = await run(["policy", "show", "atlantis-1999"])
    #expect(unknown.exit == .notFound && unknown.1.errors.contains("hebi-2021"))
    let simulate = ["policy", "simulate", "hebi-2021"]
    #expect(await run(simulate + ["share.reply", "--start", "2024-02-30"]).exit == .usage)
    #expect(await run(simulate + ["share.bogus", "--start", "2024-02-29"]).exit == .usage)
    #expect(await run(["policy", "list", "--law", "/nonexistent"]).exit == .usage)
  }

  @Test("a file of the law that is wrong is told with its line")
  func brokenLaw() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "weir-law-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(atPath: Self.law, toPath: folder.path)
    let file = folder.appending(path: "policies/hebi-2021.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
    try (text + "\n  - {key: share.bogus, value: 1, article: \"1\", origin: text}\n")
      .write(to: file, atomically: true, encoding: .utf8)
    let (exit, recorder) = await run(["policy", "list", "--law", folder.path])
    #expect(exit == .usage)
    #expect(recorder.errors.contains("hebi-2021.yaml:"))
  }
}

@Suite("The folder of the law is found")
struct LawFolderTests {
  @Test("asked for, by the environment, or upwards from the program; never guessed")
  func order() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "weir-find-\(UUID())")
    defer { try? FileManager.default.removeItem(at: root) }
    func make(_ path: String) throws -> String {
      let folder = root.appending(path: path)
      try FileManager.default.createDirectory(
        at: folder.appending(path: "policies"), withIntermediateDirectories: true)
      return folder.path
    }
    let checkout = try make("checkout/deploy")
    let installed = try make("usr/share/weir")
    let other = try make("other")
    func find(_ option: String?, _ environment: [String: String], _ program: String) throws
      -> String
    {
      try LawFolder.find(
        option: option, environment: environment, executable: root.appending(path: program).path,
        workingFolder: root.path
      ).path
    }
    #expect(try find(nil, [:], "checkout/.build/debug/weir") == checkout)
    #expect(try find(nil, [:], "usr/bin/weir") == installed)
    #expect(try find(nil, ["WEIR_LAW": other], "usr/bin/weir") == other)
    #expect(try find(checkout, ["WEIR_LAW": other], "usr/bin/weir") == checkout)
    #expect(try find(nil, ["WEIR_DATA": other], "usr/bin/weir") == other)
    #expect(try find(nil, ["WEIR_DATA": root.path], "usr/bin/weir") == installed)
    #expect(throws: CommandFailure.self) { try find(root.path, [:], "usr/bin/weir") }
    #expect(throws: CommandFailure.self) { try find(nil, [:], "nowhere/bin/weir") }
  }
}
