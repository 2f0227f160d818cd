// The demonstration as a whole: green as it is, red when a row is missing or a grant too wide.

import Foundation
import Glibc
import TestSupport
import Testing

@testable import WeirCLI

@Suite("the demonstration", .serialized)
struct DemoTests {
  @Test(
    "does the whole main job and finds exactly what was planted",
    .obligation("meizhou-specific-2021/4"))
  func green() async throws {
    let demo = try SmallDemo()
    let outcome = try await demo.play()
    #expect(differences(outcome) == [])
    #expect(outcome.checks.count > 80)
  }

  @Test("is repeatable with another seed")
  func otherSeed() async throws {
    let demo = try SmallDemo(seed: 7)
    #expect(differences(try await demo.play()) == [])
  }

  @Test("turns red when one grant is wider than the plan")
  func widerGrant() async throws {
    var demo = try SmallDemo()
    demo.options.flaws = [.widerGrant]
    let red = Set(try await demo.play().checks.filter { !$0.holds }.map(\.step))
    #expect(red.isSuperset(of: ["application", "refusals"]))
  }

  @Test("turns red when one stored row is dropped")
  func droppedRow() async throws {
    var demo = try SmallDemo()
    let file = demo.folder.path("node/ingest/ingest.sqlite")
    let ready = demo.folder.path("node/ready")
    demo.options.afterStep = { step in
      guard step == "subscriptions" else { return }
      let dropped = try await runToEnd(Checkout.python, ["-c", dropOneRow, file])
      try #require(dropped.status == 0, "\(dropped.output)")
      // It must read its rows anew, as after any crash.
      let old = try #require(try ReadyFile.load(path: ready).pids["ingest"])
      kill(old, SIGKILL)
    }
    let outcome = try await demo.play()
    #expect(!outcome.isGreen)
    // Ingest serves no register that is not what was committed.
    #expect(
      outcome.checks.contains {
        $0.step == "pension-run" && $0.found.contains("ingest.register_damaged")
      })
  }

  @Test("the program prints JSON, and ends with 0")
  func json() async throws {
    let folder = try TemporaryFolder()
    let ended = try await runToEnd(
      builtProgram("weir"),
      [
        "demo", "--once", "--size", "small", "--output", "json", "--lang", "en", "--data",
        folder.path("node"), "--law", Checkout.root.appending(path: "deploy").path,
      ])
    #expect(ended.status == 0, "\(ended.output.suffix(3000))")
    #expect(ended.output.contains("\"differences\": 0"))
  }
}

/// Takes the first row out of the first entry's first stored block, as somebody with the file could.
private let dropOneRow = """
  import sqlite3, struct, sys
  file = sqlite3.connect(sys.argv[1], timeout=20)
  block, tokens, ids, rows = file.execute(
      "SELECT b.id, b.tokens, b.ids, b.envelopes FROM blocks b JOIN batches t ON t.id = b.batch"
      " WHERE t.entry = 1 ORDER BY b.id LIMIT 1").fetchone()
  length = struct.unpack(">I", rows[:4])[0]
  file.execute("UPDATE blocks SET tokens = ?, ids = ?, envelopes = ? WHERE id = ?",
      (tokens[16:], ids[8:], rows[4 + length:], block))
  file.commit()
  """
