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
        .init(
          kind: "trace_subject", subject: request.subject, reason: "投诉17号",
          requestID: stage.request()))
      let early = try await refusal {
        _ = try await auditor.traceSubject(.init(act: act.name, subject: request.subject))
      }
      #expect(early?.reason == "audit.act_not_open")
      let own = try await refusal {
        _ = try await auditor.approveAct(.init(name: act.name, requestID: stage.request()))
      }
      #expect(own?.reason == "audit.second_person_needed" && own?.article == "weir-default/AC-93")
      _ = try await authority.approveAct(.init(name: act.name, requestID: stage.request()))
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
      try await checkComparisons(&stage, auditor, authority)
      let months = try await auditor.listMonths(.init()).months
      let month = try #require(months.first?.month)
      let kept = try await refusal {
        _ = try await auditor.requestAct(
          .init(
            kind: "destroy_month", month: month, reason: "过早", requestID: stage.request()))
      }
      #expect(kept?.reason == "audit.retention_runs")
      try await checkReceipt(try #require(answers.first?.receipt?.json), stage, folder)
    }
  }

  @Test(
    "the program weir asks, approves, lists and reads, with its codes, and no identifier among its arguments"
  )
  func commands() async throws {
    let folder = try TemporaryFolder()
    let file = folder.path("id")
    try Files.write("11010519491231002X\n", to: file, isPrivate: true)
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      func run(_ arguments: String..., as who: String = "audit-bureau/shen") async -> (
        exit: ProgramExit, output: String, errors: String
      ) {
        await weir(
          ["audit"] + arguments + ["--output", "json"],
          environment: ["WEIR_DATA": node.dataFolder, "WEIR_AS": who])
      }
      try await eventually("the log to have a month") {
        await run("months").output.contains("kept_until")
      }
      let months = await run("months").output
      let month = try #require(months.firstMatch(of: /"month": "(\d{4}-\d{2})"/)?.output.1)
      let early = await run("request", "--destroy-month", String(month), "--reason", "过早")
      #expect(early.exit == .refused && early.errors.contains("audit.retention_runs"))
      let asked = await run("request", "--trace", "--id-file", file, "--reason", "投诉17号")
      #expect(asked.exit == .done && asked.output.contains("acts/1"), "\(asked)")
      #expect(!asked.output.contains("110105") && !asked.errors.contains("110105"))
      #expect(await run("approve", "acts/1").exit == .refused)
      #expect(await run("approve", "acts/1", as: "operations/zhou").exit == .refused)
      let approved = await run("approve", "acts/1", as: "data-bureau/chen")
      #expect(approved.exit == .done && approved.output.contains("approved"), "\(approved)")
      #expect(await run("acts").output.contains("departments/data-bureau/persons/chen"))
      #expect(await run("trace", "acts/1", "--id-file", file).exit == .done)
      #expect(await run("trace", "acts/2", "--id-file", file).exit == .notFound)
      #expect(await run("request", "--reason", "x").exit == .usage)
      #expect(await run("entries", "--batch", "B-1").exit == .done)
    }
  }

  /// Who is on the compared roll is traced to its chunk; who is not, to nothing.
  private func checkComparisons(
    _ stage: inout DemoStage, _ auditor: AuditV1.AuditClient, _ authority: AuditV1.AuditClient
  ) async throws {
    let run = try await DemoComparison.run(.pension, .cremation, &stage)
    let lead = try #require(stage.plan.leads(of: .pension, in: .cremation).first)
    for (identifier, expected) in [(lead.identifier, [run.name]), ("11010519491231002X", [])] {
      let subject = try DemoStep.subject(identifier, "")
      let act = try await auditor.requestAct(
        .init(
          kind: "trace_subject", subject: subject, reason: "投诉18号", requestID: stage.request()))
      _ = try await authority.approveAct(.init(name: act.name, requestID: stage.request()))
      try await eventually("the comparison to be traced") {
        let found = try await auditor.traceSubject(
          .init(act: act.name, subject: subject, comparisons: true)
        ).entries
        let named = try found.map {
          try CanonicalJSON.decode($0.payload)["comparison"]?.string ?? ""
        }
        return Set(named) == Set(expected)
      }
    }
    try await eventually("the opening of manifests to be in the log") {
      try await stage.logged("ingest.subject_sought").count >= 2
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
