// Step: claims on the not-shared health entry are answered match or no_match, never with data.

import Contracts
import Regulation
import Synth
import Vocabulary

extension DemoStep {
  static let verification = DemoStep(
    name: "verification",
    title: BilingualText(
      "不予共享：依法核实比对，只答是否相符",
      "Not shared: single claims, answered match or no match where the law has them")
  ) { stage in
    let bureau = DemoCast.humanResources
    let officer = try stage.wire.client(bureau.principal(bureau.officer)).share
    let source = DemoCast.health
    let keeper = try stage.wire.client(source.principal(source.officer)).share
    for (number, claim) in stage.plan.claims.enumerated() {
      let request = ShareV1.CreateVerificationRequestRequest(
        entry: try stage.entry(.health).name, subject: try subject(claim.identifier, claim.name),
        item: claim.item, assertedValue: claim.value, purpose: "病残津贴资格核实",
        caseNumber: stage.caseNumber("BC", number + 1), requestID: stage.request(),
        legalBasis: .init(kind: .law, title: "中华人民共和国社会保险法", article: "第十七条"))
      var filed: ShareV1.VerificationRequest?
      let refused = try await refusal {
        filed = try await officer.createVerificationRequest(request)
      }
      var found = refused.text
      if let filed {
        let answered = try await keeper.decideVerificationRequest(
          .init(name: filed.name, decision: .accept, requestID: stage.request()))
        found = "\(answered.answer)"
      }
      // That somebody is in this register is itself a datum, so an absent person answers like a false claim.
      stage.ledger.expect(
        BilingualText("第\(number + 1)项主张", "claim \(number + 1)"),
        stage.law.verification(claim), found, by: .law(.shareVerificationRequest, .health))
    }
    let request = stage.request()
    let entry = try stage.entry(.health).name
    let plan = stage.plan
    let refused = try await refusal {
      _ = try await officer.subscribe(
        .init(
          entry: entry, items: ["disease"], purpose: DemoTerms.purpose, modes: [.lookup],
          until: DemoTerms.until(plan), requestID: request, scenario: DemoTerms.scenario))
    }
    stage.ledger.expect(
      BilingualText("数据不能直接取用", "its data cannot simply be had"), stage.law.withheld,
      refused?.reason ?? "not refused",
      by: .law(stage.law.lock(of: .health) ?? .catalogBaseDataUnconditional, .health))
  }

  static func subject(_ identifier: String, _ name: String) throws -> IngestV1.Subject {
    guard let person = PersonIdentifier(exact: identifier) else {
      throw DemoGap(what: "sound identifier in the plan")
    }
    return .init(block: IdentifierBlock(person).bytes, personName: name)
  }
}
