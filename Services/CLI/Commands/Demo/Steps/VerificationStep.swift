// Step: claims on the not-shared health entry are answered match or no_match, never with data.

import Contracts
import Synth
import Vocabulary

extension DemoStep {
  static let verification = DemoStep(
    name: "verification",
    title: BilingualText("不予共享：核实比对，只答是否相符", "Not shared: single claims answered match or no match")
  ) { stage in
    let bureau = DemoCast.humanResources
    let officer = try stage.wire.client(bureau.principal(bureau.officer)).share
    let source = DemoCast.health
    let keeper = try stage.wire.client(source.principal(source.officer)).share
    for (number, claim) in stage.plan.claims.enumerated() {
      let filed = try await officer.createVerificationRequest(
        .init(
          entry: try stage.entry(.health).name, subject: try subject(claim.identifier, claim.name),
          item: claim.item, assertedValue: claim.value, purpose: "病残津贴资格核实",
          caseNumber: "BC-2024-\(number + 1)", requestID: stage.request(),
          legalBasis: .init(kind: .law, title: "中华人民共和国社会保险法", article: "第十七条")))
      let answered = try await keeper.decideVerificationRequest(
        .init(name: filed.name, decision: .accept, requestID: stage.request()))
      // That somebody is in this register is itself a datum, so an absent person answers like a false claim.
      stage.ledger.expect(
        BilingualText("第\(number + 1)项主张", "claim \(number + 1)"),
        claim.answer == .match ? "match" : "noMatch", "\(answered.answer)")
    }
    let request = stage.request()
    let entry = try stage.entry(.health).name
    let refused = try await refusal {
      _ = try await officer.subscribe(
        .init(
          entry: entry, items: ["disease"], purpose: DemoTerms.purpose, modes: [.lookup],
          until: DemoTerms.until, requestID: request, scenario: DemoTerms.scenario))
    }
    stage.ledger.expect(
      BilingualText("不予共享的数据不能订用", "its data cannot be had"), "share.not_shared",
      refused?.reason ?? "not refused")
  }

  static func subject(_ identifier: String, _ name: String) throws -> IngestV1.Subject {
    guard let person = PersonIdentifier(exact: identifier) else {
      throw DemoGap(what: "sound identifier in the plan")
    }
    return .init(block: IdentifierBlock(person).bytes, personName: name)
  }
}
