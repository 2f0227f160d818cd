// Step: the authority registers the departments, their people and systems, and issues their certificates.

import Boot
import Contracts
import Crypto
import Vocabulary

extension DemoStep {
  static let departments = DemoStep(
    name: "departments",
    title: BilingualText(
      "登记部门、人员与系统，签发证书", "Register departments, people and systems; issue certificates")
  ) { stage in
    let chen = try stage.wire.client(DemoCast.authority).registry
    var certificates = 0
    for department in DemoCast.all {
      try await register(department, &stage, chen)
      for subject in principals(of: department) {
        try await issueCertificate(to: subject, &stage, chen)
        certificates += 1
      }
      let active = try await chen.setDepartmentState(
        .init(
          name: department.name, state: .active, reason: "已确定安全责任人", requestID: stage.request()))
      stage.ledger.expect(
        BilingualText("\(department.title)已启用", "\(department.code) is active"), "active",
        "\(active.state)")
    }
    let who = try await stage.wire.client(
      DemoCast.humanResources.principal(DemoCast.humanResources.officer)
    ).registry.whoAmI(.init())
    stage.ledger.expect(
      BilingualText("网关认得持证人", "the gateway knows the holder"), "departments/human-resources",
      who.department)
    stage.ledger.expect(
      BilingualText("签发证书", "certificates issued"), DemoCast.all.count * 4, certificates)
  }

  private static func principals(of department: DemoDepartment) -> [String] {
    [department.officer, department.head, department.security].map(department.principal)
      + [department.systemName]
  }

  private static func register(
    _ department: DemoDepartment, _ stage: inout DemoStage, _ chen: RegistryV1.RegistryClient
  ) async throws {
    _ = try await chen.registerDepartment(
      .init(
        department: .init(
          name: department.name, title: department.title, level: stage.law.level,
          region: stage.law.scene.region, kinds: department.kinds,
          authority: "departments/data-bureau"),
        requestID: stage.request()))
    for (person, role) in [
      (department.officer, "dept-officer"), (department.head, "dept-head"),
      (department.security, "dept-security"),
    ] {
      _ = try await chen.registerPerson(
        .init(
          person: .init(
            name: department.principal(person), title: person.title, roles: [role]),
          requestID: stage.request()))
    }
    _ = try await chen.registerSystem(
      .init(
        system: .init(
          name: department.systemName, title: department.system.title,
          responsiblePerson: department.principal(department.officer)),
        requestID: stage.request()))
    try await nameDuties(of: department, &stage, chen)
    guard department.code == DemoCast.humanResources.code else { return }
    _ = try await chen.registerRun(
      .init(
        run: .init(
          name: department.runName, title: "每月待遇核对", system: department.systemName,
          responsiblePerson: department.principal(department.officer)),
        requestID: stage.request()))
  }

  /// Who compiles and provides, and who keeps the data safe; the authority confirms (meizhou-public-2023/6, 39; hebi-2021/6.3).
  private static func nameDuties(
    of department: DemoDepartment, _ stage: inout DemoStage, _ chen: RegistryV1.RegistryClient
  ) async throws {
    for (duty, unit, person) in [
      ("implementing", "信息科", department.officer), ("dedicated", "信息科", department.officer),
      ("security", "信息安全科", department.security),
    ] {
      let filed = try await chen.fileDuty(
        .init(
          filing: .init(
            name: "\(department.name)/duties/\(duty)", version: 1, unit: unit,
            persons: [department.principal(person)]), requestID: stage.request()))
      _ = try await chen.confirmDuty(
        .init(name: filed.name, version: 1, requestID: stage.request()))
    }
  }

  /// The key is made here and stays here; the registry sees the request alone. Two persons stand behind a person's certificate.
  static func issueCertificate(
    to subject: String, _ stage: inout DemoStage, _ registry: RegistryV1.RegistryClient,
    folder: String? = nil
  ) async throws {
    let random = SystemRandom()
    let key = try P256PrivateKey(random: random)
    let request = try CertificateRequest(
      subject: SubjectName(commonName: subject.split(separator: "/").last.map(String.init) ?? ""),
      names: CertificateNames(), key: key)
    var asked = RegistryV1.IssueCertificateRequest(
      subject: subject, csrPem: Array(request.pem.utf8), requestID: stage.request())
    if subject.contains("/persons/") {
      let second = try stage.wire.client(DemoCast.witness)
      var question = asked
      question.validateOnly = true
      let statement = try await second.registry.issueCertificate(question).statement
      asked.confirmation = CommonV1.SignedDecision(try second.sign(statement))
    }
    let issued = try await registry.issueCertificate(asked)
    let folder = folder ?? stage.keys.principalFolder(subject)
    try Files.makeFolder(folder)
    try Files.write(try key.pem(), to: folder + "/key.pem", isPrivate: true)
    try Files.write(issued.chainPem, to: folder + "/cert.pem", isPrivate: false)
  }
}
