// Regular backups: what is due when, what is kept, and that one place's fault is not the other's.

import Foundation
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Boot

@Suite("Backups are regular and lie at two places (meizhou-public-2023/38b, D36)")
struct BackupPlanTests {
  private struct Fault: Error {}

  /// Two places, a folder for keys, and a writer that only makes folders.
  private final class Places: Sendable {
    let folder: TemporaryFolder
    let clock = TestClock(Instant(milliseconds: 1_709_524_800_000))
    /// A place that takes nothing at present.
    let full = Mutex("")
    /// Backups that are not what was signed.
    let altered = Mutex<Set<String>>([])

    init() throws { folder = try TemporaryFolder() }

    func plan(keep: Int = 2) -> BackupPlan {
      BackupPlan(
        everyHours: 6, keep: keep, to: [folder.path("a"), folder.path("b")],
        keysTo: folder.path("keys"))
    }

    func keeper(keep: Int = 2) -> BackupKeeper {
      let clock = clock
      return BackupKeeper(
        plan: plan(keep: keep),
        moment: { backup in
          guard !self.altered.withLock({ $0.contains(backup) }) else { return nil }
          return (try? Int64(String(contentsOfFile: backup + "/time", encoding: .utf8))).flatMap {
            $0.map { Instant(milliseconds: $0) }
          }
        },
        write: { target, keys, now in
          if self.full.withLock({ !$0.isEmpty && target.hasPrefix($0) }) { throw Fault() }
          for path in [target] + (keys.map { [$0] } ?? []) {
            try FileManager.default.createDirectory(
              atPath: path, withIntermediateDirectories: false)
          }
          try Files.write(Array("\(now.milliseconds)".utf8), to: target + "/time", isPrivate: true)
          return BackupManifest(
            domain: "weir.test", time: now, checkpoint: "", origins: [:], files: [])
        }, now: clock.now)
    }

    func names(_ place: String) -> [String] { BackupPlan.names(in: folder.path(place)) }
  }

  @Test("the last moment at which nothing is due, and the first at which one is")
  func due() throws {
    let places = try Places()
    let keeper = places.keeper()
    #expect(keeper.run().map(\.fault) == [nil, nil])
    #expect(places.names("a") == ["weir-20240304-040000-000"])
    #expect(places.names("b") == places.names("a") && places.names("keys") == places.names("a"))
    places.clock.pass(milliseconds: 6 * 3_600_000 - 1)
    #expect(keeper.run().isEmpty)
    places.clock.pass(milliseconds: 1)
    #expect(keeper.run().count == 2)
    #expect(places.names("a").count == 2)
    // Asked for by hand, it is made at once.
    places.clock.pass(milliseconds: 1)
    #expect(keeper.run(always: true).count == 2)
  }

  @Test("so many are kept, the newest; what else lies there stays")
  func kept() throws {
    let places = try Places()
    let keeper = places.keeper()
    try Files.makeFolder(places.folder.path("a/weir-notes"))
    try Files.makeFolder(places.folder.path("a/weir-20240101-000000-000.partial"))
    for _ in 0..<4 {
      _ = keeper.run()
      places.clock.pass(seconds: 6 * 3_600)
    }
    #expect(places.names("a") == ["weir-20240304-160000-000", "weir-20240304-220000-000"])
    #expect(places.names("b").count == 2 && places.names("keys").count == 2)
    #expect(Files.exists(places.folder.path("a/weir-notes")))
  }

  @Test("a place that fails keeps its old ones and is tried again; the other has its own")
  func fault() throws {
    let places = try Places()
    let keeper = places.keeper(keep: 1)
    _ = keeper.run()
    places.clock.pass(seconds: 6 * 3_600)
    places.full.withLock { $0 = places.folder.path("a") }
    let outcomes = keeper.run()
    #expect(outcomes.map { $0.fault != nil } == [true, false])
    #expect(outcomes[0].line.contains("failed"))
    #expect(places.names("a") == ["weir-20240304-040000-000"])
    #expect(places.names("b") == ["weir-20240304-100000-000"])
    // The keys went with the one that succeeded.
    #expect(places.names("keys") == ["weir-20240304-100000-000"])
    places.full.withLock { $0 = "" }
    places.clock.pass(seconds: 60)
    #expect(keeper.run().map(\.place) == [places.folder.path("a")])
  }

  @Test("one that was altered does not count: it is made anew")
  func altered() throws {
    let places = try Places()
    let keeper = places.keeper()
    _ = keeper.run()
    let first = places.folder.path("a/weir-20240304-040000-000")
    places.altered.withLock { $0 = [first] }
    places.clock.pass(seconds: 60)
    #expect(keeper.lastGood(at: places.folder.path("a")) == nil)
    #expect(keeper.run().map(\.place) == [places.folder.path("a")])
  }

  @Test("a plan that cannot be kept is refused: numbers, places, keys beside data")
  func checked() throws {
    func fault(_ change: (inout BackupPlan) -> Void) -> Bool {
      var plan = BackupPlan(everyHours: 24, keep: 7, to: ["/backup/a", "/mnt/b"], keysTo: "/safe")
      change(&plan)
      do {
        try plan.check(for: "/srv/weir", file: "weir.yaml")
        return false
      } catch { return true }
    }
    #expect(!fault { _ in })
    #expect(!fault { $0.keysTo = nil })
    #expect(!fault { $0.to = ["/srv/weir-backup"] })
    for (first, last, bad) in [(Int64(1), Int64(8_760), [Int64(0), 8_761, -1])] {
      #expect(!fault { $0.everyHours = first } && !fault { $0.everyHours = last })
      for hours in bad { #expect(fault { $0.everyHours = hours }) }
    }
    #expect(fault { $0.keep = 0 } && fault { $0.keep = 1_001 })
    #expect(fault { $0.to = [] } && fault { $0.to = ["/a", "/b", "/c"] })
    #expect(fault { $0.to = ["backup"] })
    #expect(fault { $0.to = ["/a", "/a"] } && fault { $0.to = ["/srv/weir/backup"] })
    #expect(fault { $0.keysTo = "/backup/a/keys" } && fault { $0.keysTo = "/" })
  }
}
