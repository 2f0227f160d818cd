// Step: who may not is refused, each with the reason and the article that the design says.

import Boot
import Contracts
import Crypto
import Foundation
import RPC
import Regulation
import Synth
import Vocabulary

extension DemoStep {
  static let refusals = DemoStep(
    name: "refusals",
    title: BilingualText(
      "应当拒绝的：陌生机构、吊销、未签名、过期、越项、直连",
      "Refused: a stranger, a revoked certificate, no signature, an expired grant, an item too many, the back door"
    )
  ) { stage in
    try await DemoRefusals.unknownDepartment(&stage)
    try await DemoRefusals.revokedCertificate(&stage)
    try await DemoRefusals.unsignedDecision(&stage)
    try await DemoRefusals.itemOutsideGrant(&stage)
    try await DemoRefusals.directCall(&stage)
    try await DemoRefusals.expiredGrant(&stage)
  }
}

enum DemoRefusals {
  private static let bureau = DemoCast.humanResources

  /// A certificate of another authority ends in a TLS alert: no call comes about.
  static func unknownDepartment(_ stage: inout DemoStage) async throws {
    let random = SystemRandom()
    let now = systemNow().milliseconds / 1000
    let foreign = try CertificateAuthority.root(
      subject: SubjectName(commonName: "Elsewhere", organization: "elsewhere"),
      key: try P256PrivateKey(random: random), notBefore: now - 300, notAfter: now + 3600,
      random: random)
    let key = try P256PrivateKey(random: random)
    let name = "spiffe://\(stage.keys.domain)/department/human-resources/person/wang"
    let certificate = try foreign.issue(
      CertificateTemplate(
        subject: SubjectName(commonName: "wang"), names: CertificateNames(uris: [name]),
        usages: [.client], notBefore: now - 300, notAfter: now + 3600),
      publicKey: key.publicKey, random: random)
    let stranger = try stage.wire.stranger(
      "foreign", certificate: Array(certificate.pem.utf8), key: Array(try key.pem().utf8))
    let refused = try await refusal { _ = try await stranger.registry.whoAmI(.init()) }
    stage.ledger.expect(
      BilingualText("陌生机构：握手失败", "an unknown department: no handshake"), "unavailable", refused.text
    )
  }

  /// A second certificate of an officer works, is revoked, and is refused on the next call.
  static func revokedCertificate(_ stage: inout DemoStage) async throws {
    let chen = try stage.wire.client(DemoCast.authority).registry
    let folder = stage.input + "/second-certificate"
    try await DemoStep.issueCertificate(
      to: bureau.principal(bureau.officer), &stage, chen, folder: folder)
    let second = try stage.wire.stranger(
      "second", certificate: try readBytes(folder + "/cert.pem"),
      key: try readBytes(folder + "/key.pem"))
    let who = try await second.registry.whoAmI(.init())
    _ = try await stage.wire.client(bureau.principal(bureau.head)).registry.revokeCertificate(
      .init(serial: who.certificateSerial, reason: "证书介质遗失", requestID: stage.request()))
    let refused = try await refusal { _ = try await second.registry.whoAmI(.init()) }
    stage.ledger.expect(
      BilingualText("已吊销的证书", "a revoked certificate"),
      "unauthenticated access.certificate_revoked",
      refused.map { "\($0.code) \($0.reason)" } ?? "not refused")
  }

  /// Whoever may decide has decided nothing until he signs it (AC-03).
  static func unsignedDecision(_ stage: inout DemoStage) async throws {
    let source = DemoCast.justice
    let unsigned = ShareV1.ShareClient(
      try stage.wire.client(source.principal(source.officer)).channel)
    let grant = try stage.grant(.correction).name
    let request = stage.request()
    let refused = try await refusal {
      _ = try await unsigned.suspendGrant(
        .init(name: grant, reason: "责任人离岗", requestID: request))
    }
    stage.ledger.expect(
      BilingualText("未经本人签名的决定", "a decision that its person has not signed"),
      "invalidArgument decision.statement_missing weir-default/AC-03", refused.text)
  }

  static func itemOutsideGrant(_ stage: inout DemoStage) async throws {
    let system = try stage.wire.client(bureau.systemName).share
    let lead = stage.plan.leads(of: .pension, in: .correction)[0]
    let grant = try stage.grant(.correction).name
    let subject = try DemoStep.subject(lead.identifier, lead.name)
    let refused = try await refusal {
      _ = try await system.lookup(
        .init(
          grant: grant, subject: subject, items: ["name", DemoTerms.refusedItem],
          purpose: DemoTerms.purpose, caseNumber: stage.caseNumber("YL", 2)))
    }
    stage.ledger.expect(
      BilingualText("授权之外的数据项", "an item outside the grant"),
      stage.law.beyondGrant(.correction), refused.text, by: .law(.shareGrantElements))
  }

  /// A service's own listener knows the service root alone (AC-05).
  static func directCall(_ stage: inout DemoStage) async throws {
    let folder = stage.keys.principalFolder(bureau.systemName)
    for service in ["share", "ingest"] {
      guard let address = stage.running.ready.addresses[service] else {
        throw DemoGap(what: "address of \(service)")
      }
      let direct = try stage.wire.stranger(
        "direct \(service)", certificate: try readBytes(folder + "/cert.pem"),
        key: try readBytes(folder + "/key.pem"), to: address,
        service: service)
      let refused = try await refusal {
        _ = try await direct.share.listGrants(.init(), CallOptions(timeout: .seconds(5)))
      }
      stage.ledger.expect(
        BilingualText("部门证书直连\(service)", "a department's certificate directly at \(service)"),
        "unavailable", refused.text)
    }
  }

  /// A grant that ends today; the demonstration's clock is moved to tomorrow.
  static func expiredGrant(_ stage: inout DemoStage) async throws {
    let department = DemoCast.health
    let officer = try stage.wire.client(department.principal(department.officer)).share
    let grant = try await DemoStep.obtain(
      DemoWish(
        kind: .lowIncome, items: ["name"], purpose: "医疗救助核对", business: "医疗救助",
        scenario: "当日核对", modes: [.lookup], until: stage.plan.today.iso), &stage, by: department)
    let lead = stage.plan.leads(of: .stopped, in: .lowIncome)[0]
    let request = ShareV1.LookupRequest(
      grant: grant.name, subject: try DemoStep.subject(lead.identifier, lead.name),
      purpose: "医疗救助核对", caseNumber: stage.caseNumber("YJ", 1))
    let today = try await officer.lookup(request)
    stage.ledger.expect(
      BilingualText("授权当日可用", "on its last day the grant serves"), 1, today.records.count)
    try stage.skip(to: stage.plan.today.adding(days: 1))
    let refused = try await refusal { _ = try await officer.lookup(request) }
    stage.ledger.expect(
      BilingualText("次日即被拒绝", "the day after it is refused"), "share.grant_expired",
      refused?.reason ?? "not refused")
  }
}
