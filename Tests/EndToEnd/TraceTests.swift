// Who looked at one person, in a whole node: two persons decide, Ingest makes the name, the reading is on record; and a real receipt
// is believed by Python alone.

import Boot
import Contracts
import Foundation
import Integrity
import RPC
import Synth
import TestSupport
import Testing

@testable import WeirCLI

@Suite("A trace of one person (AC-93), and a receipt of a running node")
struct TraceTests {
  @Test(
    "finds each look at the person and nobody else's, after a second person's approval; the receipt holds without weir"
  )
  func trace() async throws {
    let demo = try SmallDemo(seed: 9)
    let folder = demo.folder
    try await demo.play(through: "subscriptions") { stage in
      let caller = try stage.impatient(DemoCast.humanResources.systemName)
      let request = try stage.lookup(of: stage.plan.wronglyDead)
      let answers = [
        try await caller.share.lookup(request), try await caller.share.lookup(request),
      ]
      let auditor = try stage.wire.client(DemoCast.auditor).audit
      let authority = try stage.wire.client(DemoCast.authority).audit
      let act = try await auditor.requestAct(
        .init(kind: "trace_subject", subject: request.subject, reason: "投诉17号"))
      let early = try await refusal {
        _ = try await auditor.traceSubject(.init(act: act.name, subject: request.subject))
      }
      #expect(early?.reason == "audit.act_not_open")
      let own = try await refusal { _ = try await auditor.approveAct(.init(name: act.name)) }
      #expect(own?.reason == "audit.second_person_needed" && own?.article == "weir-default/AC-93")
      _ = try await authority.approveAct(.init(name: act.name))
      try await eventually("both looks to be in the log") {
        let found = try await auditor.traceSubject(
          .init(act: act.name, subject: request.subject)
        ).entries
        return found.count { $0.topic == "ingest.disclosure" } == answers.count
      }
      try await eventually("the naming and the reading to be in the log") {
        Set(try await stage.logged().map(\.topic))
          .isSuperset(of: ["ingest.subject_named", "audit.subject_traced"])
      }
      let months = try await auditor.listMonths(.init()).months
      let month = try #require(months.first?.month)
      let kept = try await refusal {
        _ = try await auditor.requestAct(
          .init(kind: "destroy_month", month: month, reason: "过早"))
      }
      #expect(kept?.reason == "audit.retention_runs")
      try await checkReceipt(try #require(answers.first?.receipt?.json), stage, folder)
    }
  }

  /// Python's standard library believes the receipt as it came, and not with one byte of its payload changed.
  private func checkReceipt(
    _ receipt: [UInt8], _ stage: DemoStage, _ folder: TemporaryFolder
  ) async throws {
    let script = Checkout.root.appending(path: "deploy/verify_receipt.py").path
    let (good, bad) = (folder.path("receipt.json"), folder.path("altered.json"))
    try Files.write(receipt, to: good, isPrivate: false)
    let text = String(decoding: receipt, as: UTF8.self)
    let altered = text.replacing("human-resources", with: "human-resourcez")
    #expect(altered != text)
    try Files.write(altered, to: bad, isPrivate: false)
    let key = stage.keys.evidenceRootPublicKey
    for (file, status) in [(good, 0), (bad, 7)] as [(String, Int32)] {
      let end = try await runToEnd(
        "/usr/bin/python3", ["-I", "-S", script, "--root-key", key, file])
      #expect(end.status == status, "\(end.output)")
    }
    let page = folder.path("page.html")
    let made = await weir([
      "audit", "receipt", good, "--root-key", key, "--page", page, "--output", "json",
    ])
    #expect(made.exit == .done && Files.exists(page), "\(made.errors)")
  }
}
