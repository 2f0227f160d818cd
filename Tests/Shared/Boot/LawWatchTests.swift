// The law is taken up from its files while a process runs: whole or not at all, and never one that forgets a version.

import Boot
import Foundation
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("New files of the law are in use without a restart")
struct LawWatchTests {
  private let folder: TemporaryFolder
  private let watch: LawWatch
  private let deploy = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "deploy").path

  init() throws {
    folder = try TemporaryFolder()
    for part in ["policies", "calendars", "taxonomies", "governance.yaml"] {
      try FileManager.default.copyItem(
        atPath: deploy + "/" + part, toPath: folder.path(part))
    }
    watch = try LawWatch(Self.configuration(folder))
  }

  private static func configuration(_ folder: TemporaryFolder) -> ServiceConfiguration {
    ServiceConfiguration(
      service: "share", domain: "weir.test", dataFolder: "", keysFolder: "", listen: "127.0.0.1:0",
      tls: ServiceConfiguration.TLSFiles(certificate: "", key: "", serviceRoot: ""),
      evidence: ServiceConfiguration.EvidenceFiles(rootPublicKey: "", keyList: "", signingKey: ""),
      policiesFolder: folder.path("policies"), calendarsFolder: folder.path("calendars"),
      taxonomiesFolder: folder.path("taxonomies"), governanceFile: folder.path("governance.yaml"))
  }

  /// The second version of a shipped profile: other days for the reply, from a day on.
  private func second(days: Int = 9) throws -> [UInt8] {
    let text = try String(
      contentsOfFile: folder.path("policies/hebi-2021.yaml"), encoding: .utf8)
    return Array(
      text.replacing("version: 1\n", with: "version: 2\neffective_from: 2027-03-01\n")
        .replacing(
          "share.reply_wd, value: 5", with: "share.reply_wd, value: \(days)"
        ).utf8)
  }

  private func day(_ iso: String) throws -> CivilDate { try #require(CivilDate(iso: iso)) }

  @Test("what is published is met by new cases from its day on, and a case of before keeps its own")
  func taken() throws {
    #expect(watch.look() == .unchanged)
    let before = try #require(watch.current.profiles.profile(named: "hebi-2021"))
    let publication = LawPublication(Self.configuration(folder))
    let text = try second()
    #expect(
      try publication.publish(text, key: "hebi-2021", version: 2, isCalendar: false))
    #expect(
      try !publication.publish(text, key: "hebi-2021", version: 2, isCalendar: false))
    #expect(watch.look() == .taken)
    #expect(watch.look() == .unchanged)
    let profiles = watch.current.profiles
    let reply = { (day: CivilDate) in
      profiles.profile(named: "hebi-2021", on: day)?.integer(.shareReplyDays)?.value
    }
    #expect(reply(try day("2027-02-28")) == 5)
    #expect(reply(try day("2027-03-01")) == 9)
    #expect(try profiles.profile(before.reference) == before)
  }

  @Test("a file that is wrong leaves the former law in use, told with line, row and article")
  func wrong() throws {
    let text = String(decoding: try second(), as: UTF8.self).replacing(
      "share.reply_wd, value: 9", with: "share.reply_wd, value: soon")
    let path = folder.path("policies/hebi-2021@2.yaml")
    try Files.write(text, to: path, isPrivate: false)
    let line =
      try #require(
        text.split(separator: "\n", omittingEmptySubsequences: false)
          .firstIndex { $0.contains("value: soon") }) + 1
    guard case .refused(let problems) = watch.look() else {
      Issue.record("taken")
      return
    }
    let told = try #require(problems.first?.text.english)
    #expect(problems.count == 1)
    #expect(told.hasPrefix("\(path):\(line): share.reply_wd must be"), "\(told)")
    #expect(told.contains("row ") && told.contains("article 15.1d"), "\(told)")
    #expect(watch.current.profiles.document("hebi-2021", version: 2) == nil)
    // The same files are not read again, and mended ones are taken.
    #expect(watch.look() == .refused(problems))
    try Files.write(try second(), to: path, isPrivate: false)
    #expect(watch.look() == .taken)
  }

  @Test("a version that vanished or reads otherwise is refused: running cases are judged by it")
  func forgotten() throws {
    let path = folder.path("policies/hebi-2021@2.yaml")
    try Files.write(try second(), to: path, isPrivate: false)
    #expect(watch.look() == .taken)
    try Files.write(try second(days: 10), to: path, isPrivate: false)
    guard case .refused(let changed) = watch.look() else {
      Issue.record("taken")
      return
    }
    #expect(changed.first?.sentence.english.contains("reads otherwise") == true)
    try FileManager.default.removeItem(atPath: path)
    guard case .refused(let gone) = watch.look() else {
      Issue.record("taken")
      return
    }
    #expect(gone.first?.sentence.english.contains("has vanished") == true)
    #expect(watch.current.profiles.document("hebi-2021", version: 2) != nil)
  }

  @Test(
    "a year of the calendar in a later version is taken; the same version with other days is not")
  func calendar() throws {
    let path = folder.path("calendars/china-2026.yaml")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let other = text.replacing("to: 2026-10-07", with: "to: 2026-10-08")
    try Files.write(other, to: path, isPrivate: false)
    guard case .refused = watch.look() else {
      Issue.record("taken")
      return
    }
    try Files.write(
      other.replacing("version: 1", with: "version: 2"), to: path, isPrivate: false)
    #expect(watch.look() == .taken)
    #expect(!watch.current.calendar.isWorkingDay(try day("2026-10-08")))
  }
}
