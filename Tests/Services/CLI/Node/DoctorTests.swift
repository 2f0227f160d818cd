// What weir doctor finds in a folder: nothing where all is well, and each common fault with its advice.

import Boot
import Crypto
import Foundation
import Integrity
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("weir doctor")
struct DoctorTests {
  private static let made = Instant(milliseconds: 1_709_524_800_000)
  private let place: TemporaryFolder
  private let folder: NodeFolder

  /// A data folder as weir up makes one; nothing runs on it.
  init() throws {
    place = try TemporaryFolder()
    folder = NodeFolder(path: place.path("node"))
    let deploy = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "deploy")
    try folder.create(
      description: NodeFolder.Description(
        domain: "weir.test", ports: ["share": 20_001], gatewayPort: 20_002),
      founding: .standard, resources: deploy.path, now: Self.made, random: SeededRandom(seed: 5))
  }

  private func wrong(now: Instant = made) async -> [Finding] {
    await Examination(folder: folder, now: now).run().filter { $0.grade == .wrong }
  }

  @Test("a whole folder lacks nothing but its processes")
  func whole() async {
    let found = await wrong()
    #expect(found.map(\.check.english) == ["services"])
    #expect(found.first?.advice?.english.hasPrefix("weir up --data") == true)
  }

  @Test("a key that others may read is named")
  func openKey() async throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: folder.path + "/pki/issuing/ca.key")
    let found = try #require(await wrong().first)
    #expect(found.check.english == "modes of keys")
    #expect(found.detail.english.contains("pki/issuing/ca.key"))
    #expect(found.advice?.english.contains("chmod 600") == true)
  }

  @Test("a certificate that cannot be read, and one that has ended, are to be issued again")
  func certificates() async throws {
    let late = Instant(milliseconds: Self.made.milliseconds + 366 * 86_400_000)
    let ended = try #require(await wrong(now: late).first)
    #expect(ended.check.english == "terms of certificates")
    #expect(ended.advice?.english.contains("weir department certificate issue") == true)
    let soon = Instant(milliseconds: Self.made.milliseconds + 350 * 86_400_000)
    #expect(!(await wrong(now: soon).contains { $0.check.english == "terms of certificates" }))
    let file = folder.path + "/pki/services/audit/cert.pem"
    try Data("broken".utf8).write(to: URL(filePath: file))
    let broken = try #require(await wrong().first)
    #expect(broken.detail.english.contains("services/audit/cert.pem"))
    #expect(broken.advice?.english.contains("weir pki issue-service") == true)
  }

  @Test("a key that is not its certificate's, and a list that has ended, are named")
  func pairsAndLists() async throws {
    let key = folder.path + "/pki/services/audit/key.pem"
    let other = try Data(contentsOf: URL(filePath: folder.path + "/pki/services/share/key.pem"))
    try other.write(to: URL(filePath: key))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
    let pair = try #require(await wrong().first)
    #expect(pair.check.english == "certificates and keys")
    #expect(pair.detail.english.contains("services/audit/key.pem"))

    let keys = folder.keys(domain: "weir.test")
    try keys.signRevocationList(.service, days: 40, now: Self.made)
    func list(after days: Int64) async -> Finding? {
      let now = Instant(milliseconds: Self.made.milliseconds + days * 86_400_000)
      return await Examination(folder: folder, now: now).run()
        .first { $0.check.english == "revocation list of services" }
    }
    #expect(await list(after: 9)?.grade == .well)
    #expect(await list(after: 11)?.grade == .soon)
    let ended = try #require(await list(after: 40))
    #expect(ended.grade == .wrong)
    #expect(ended.advice?.english == "weir pki crl \(keys.path)")
    try FileManager.default.removeItem(atPath: keys.revocationList(.service))
    #expect(await list(after: 0)?.grade == .soon)
  }

  @Test("a clock before the folder's own certificates is wrong, and so is a lost calendar")
  func clockAndCalendar() async throws {
    let early = Instant(milliseconds: Self.made.milliseconds - 86_400_000)
    #expect(await wrong(now: early).contains { $0.check.english == "clock" })
    try FileManager.default.removeItem(atPath: folder.path + "/calendars")
    #expect(await wrong().contains { $0.check.english == "working calendar" })
  }

  @Test(
    "when the last backup of what was destroyed lapses is told, and one that should have gone by then (hebi-2021/27)"
  )
  func destroyed() async throws {
    let (backups, day) = (place.path("backups"), Int64(86_400_000))
    var description = try folder.description()
    description.backup = BackupPlan(everyHours: 24, keep: 13, to: [backups])
    try folder.save(description)
    func backUp(_ name: String, at time: Instant) throws {
      let manifest = BackupManifest(
        domain: "weir.test", time: time, checkpoint: "", origins: [:], files: [])
      let keys = folder.keys(domain: "weir.test")
      let signer = try NoteSigner(
        name: KeyList.auditName("weir.test"),
        key: try Ed25519PrivateKey(
          pem: String(decoding: try readBytes(keys.evidenceKey("audit")), as: UTF8.self)))
      try Files.makeFolder("\(backups)/\(name)")
      try Files.write(
        try manifest.signed(by: signer), to: "\(backups)/\(name)/\(BackupManifest.fileName)",
        isPrivate: true)
    }
    func told(after days: Int64) async -> [Finding] {
      await Examination(folder: folder, now: Self.made.adding(milliseconds: days * day)).run()
        .filter { $0.check.english == "destroyed data" }
    }
    #expect(await told(after: 0).isEmpty)
    try Files.makeFolder(folder.path + "/ingest")
    let certified = Self.made.adding(milliseconds: day)
    let said = """
      [{"certified":\(certified.milliseconds),"destruction":"destructions/D-1","lapse":"2024-03-19"}]
      """
    try Files.write(Array(said.utf8), to: folder.path + "/ingest/destroyed.json", isPrivate: true)
    try backUp("weir-20240304-120000-000", at: Self.made)
    try backUp("weir-20240306-120000-000", at: Self.made.adding(milliseconds: 2 * day))
    let early = try #require(await told(after: 15).first)
    #expect(early.grade == .well && early.detail.english.contains("2024-03-19; 1 there now"))
    let late = try #require(await told(after: 16).first)
    #expect(late.grade == .wrong && late.detail.english.contains("weir-20240304-120000-000"))
    try FileManager.default.removeItem(atPath: backups + "/weir-20240304-120000-000")
    #expect(await told(after: 16).isEmpty)
    let none = said.replacing("2024-03-19", with: "")
    try Files.write(Array(none.utf8), to: folder.path + "/ingest/destroyed.json", isPrivate: true)
    #expect(await told(after: 16).first?.grade == .soon)
  }

  @Test("a folder that is none is told so, and the program ends with 1")
  func none() async {
    let recorder = StreamRecorder()
    let arguments = ["doctor", "--data", place.path("nothing"), "--lang", "en"]
    #expect(await runWeir(recorder.surroundings(arguments)) == .fault)
    #expect(recorder.output.contains("no folder of weir up"))
  }
}
