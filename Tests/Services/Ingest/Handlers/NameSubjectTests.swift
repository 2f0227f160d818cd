// NameSubject and ListSubjectComparisons: the one name of a person in Ingest's entries, and the rolls he stood on, for Audit alone.

import Access
import Contracts
import Crypto
import IngestHandlers
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite(
  "A person's name in the entries is made for Audit, under its act, and that is an entry (AC-93)")
struct NameSubjectTests {
  /// What Audit sends of an act that two persons signed.
  private func trace(
    _ node: IngestNode, _ subject: IngestV1.Subject, act: String = "acts/1",
    _ change: (inout [JSONObject]) -> Void = { _ in }
  ) throws -> IngestV1.NameSubjectRequest {
    let salt: [UInt8] = [4, 5, 6]
    var decided: [JSONObject] = [
      [
        "kind": "trace_subject", "month": "", "reason": "投诉17号",
        "subject": .string(subject.digest(salt: salt)),
      ]
    ]
    decided.append(decided[0])
    decided[1]["requester"] = "departments/audit-bureau/persons/shen"
    var statements: [JSONObject] = [
      ["action": "audit.request_act", "resource": "acts", "signer": "shen"],
      ["action": "audit.approve_act", "resource": .string(act), "signer": "lu"],
    ]
    for number in 0..<2 { statements[number]["decided"] = .object(decided[number]) }
    change(&statements)
    let bureau = try #require(DepartmentCode("audit-bureau"))
    let signed = try statements.map { draft in
      let person = try #require(draft["signer"]?.string.flatMap { PersonID($0) })
      let statement: JSONObject = [
        "action": draft["action"] ?? .null, "resource": draft["resource"] ?? .null, "etag": "",
        "profile": "", "person": .string(ResourceName.person(bureau, person).text),
        "certificate": .string(
          Hex.encode(try node.persons.identity(person, of: bureau).certificate.sha256)),
        "time": draft["time"] ?? .integer(node.pki.now * 1_000),
        "decided": draft["decided"] ?? .null,
      ]
      return CommonV1.SignedDecision(
        try node.persons.sign(
          CanonicalJSON.encode(.object(statement)), as: person, of: bureau))
    }
    return IngestV1.NameSubjectRequest(
      subject: subject, act: act, decisions: signed, salt: salt)
  }

  /// The same of the comparisons.
  private func search(
    _ request: IngestV1.NameSubjectRequest, pageToken: String = ""
  ) -> IngestV1.ListSubjectComparisonsRequest {
    IngestV1.ListSubjectComparisonsRequest(
      subject: request.subject, act: request.act, pageToken: pageToken,
      decisions: request.decisions, salt: request.salt)
  }

  @Test(
    "AC-93 nobody is named, and no roll opened, on Audit's word: two persons signed this act on this person"
  )
  func signed() async throws {
    let node = try await IngestNode()
    let subject = try node.subject(identityNumber(1))
    func outcome(_ request: IngestV1.NameSubjectRequest) async -> String? {
      let named = await refusal { try await node.fromAudit.nameSubject(request, CallOptions()) }
      let sought = await refusal {
        try await node.fromAudit.listSubjectComparisons(search(request), CallOptions())
      }
      #expect(named == sought)
      return sought
    }
    let good = try trace(node, subject)
    #expect(await outcome(good) == nil)
    var requests: [IngestV1.NameSubjectRequest] = []
    for change: (inout IngestV1.NameSubjectRequest) -> Void in [
      { $0.decisions = [] }, { $0.decisions.removeLast() }, { $0.decisions.swapAt(0, 1) },
      { $0.decisions[1].signature = $0.decisions[0].signature }, { $0.salt = [1] },
      { $0.act = "acts/2" },
    ] {
      var altered = good
      change(&altered)
      requests.append(altered)
    }
    var other = good
    other.subject = try node.subject(identityNumber(2))
    requests.append(other)
    for change: (inout [JSONObject]) -> Void in [
      { $0[1]["signer"] = "shen" },
      { $0[1]["action"] = "audit.request_act" },
      {
        var decided = $0[1]["decided"]?.object ?? [:]
        decided["requester"] = "departments/audit-bureau/persons/else"
        $0[1]["decided"] = .object(decided)
      },
      {
        var decided = $0[0]["decided"]?.object ?? [:]
        decided["kind"] = "destroy_month"
        $0[0]["decided"] = .object(decided)
      },
    ] { requests.append(try trace(node, subject, change)) }
    for request in requests { #expect(await outcome(request) == "ingest.subject_not_named") }
    for topic in ["ingest.subject_named", "ingest.subject_sought"] {
      #expect(try await node.entries().count { $0.topic == topic } == 1)
    }
    await node.stop()
  }

  @Test("AC-93 two persons' word to trace somebody ages, and is that of people who audit")
  func offices() async throws {
    let node = try await IngestNode()
    let subject = try node.subject(identityNumber(1))
    func outcome(_ request: IngestV1.NameSubjectRequest) async -> String? {
      await refusal { try await node.fromAudit.nameSubject(request, CallOptions()) }
    }
    let good = try trace(node, subject)
    #expect(await outcome(good) == nil)
    let lu = "departments/audit-bureau/persons/lu"
    node.registry.stand(lu, roles: ["dept-head", "dept-officer"])
    #expect(await outcome(good) == "ingest.subject_not_named")
    node.registry.stand(lu, revoked: node.real.now())
    #expect(await outcome(good) == "ingest.subject_not_named")
    node.registry.stand(lu, roles: ["authority"])
    #expect(await outcome(good) == nil)
    // Audit brings the same statements for ever.
    node.real.pass(seconds: 24 * 3_600 + 900)
    #expect(await outcome(good) == nil)
    node.real.pass(seconds: 1)
    #expect(await outcome(good) == "ingest.subject_not_named")
    await node.stop()
  }

  @Test(
    "AC-93 who stood on a compared roll is traced to its chunk, after new keys for register and seals too; a destroyed register gets no keys"
  )
  func comparisons() async throws {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    let columns = ["id", "name", "cremation-date", "certificate", "revoked"]
    try await node.deliver(
      try RegisterFile(columns, rows: [[identityNumber(1), "张三", "2024-01-05", "C1", ""]]))
    let day = try #require(CivilDate(iso: "2024-01-31"))
    // The third is on the roll and in no register.
    _ = try await node.compare(
      [1, 2, 3].map { (identityNumber($0), "张三") }, try node.grant(),
      period: day.adding(days: -30)...day, chunkRows: 2)
    func found(_ person: Int) async throws -> [Int32] {
      let request = search(try trace(node, try node.subject(identityNumber(person))))
      let page = try await node.fromAudit.listSubjectComparisons(request, CallOptions())
      #expect(page.chunks.allSatisfy { $0.comparison == "comparisons/C-1" })
      #expect(page.nextPageToken.isEmpty)
      return page.chunks.map(\.number)
    }
    #expect(try await found(1) == [1])
    #expect(try await found(3) == [2])
    #expect(try await found(4) == [])
    // Tokens, seals and the keys of manifests: nothing of before is left.
    _ = try await node.rotate(.sm4CTRHMACSM3)
    try await node.service.resealEarlier()
    #expect(try await node.keys().previousVersion == 0)
    for isSealedAnew in [false, true] {
      if isSealedAnew { try await node.rotateSeals() }
      #expect(try await found(1) == [1])
      #expect(try await found(3) == [2])
      #expect(try await found(4) == [])
    }
    for client in [node.fromShare, node.fromFeedback, node.fromGateway] {
      let request = search(try trace(node, try node.subject(identityNumber(1))))
      await #expect(throws: Status.self) {
        try await client?.listSubjectComparisons(request, CallOptions())
      }
    }
    try await node.follow(
      "catalog.entry_withdrawn", [("entry", "entries/E-1"), ("owner", "civil-affairs")])
    let asked = try await node.askDestruction(register: 1)
    #expect(try await node.approve(asked.name).state == "certified")
    // Who was looked at is told as long as the log tells it: the register's keys are gone, and evidence does not hang on them.
    #expect(try await found(1) == [1])
    #expect(try await found(4) == [])
    let ring = try Keyring(
      folder: node.folder.path("keys"), creates: false, random: SystemRandom())
    #expect(!ring.keys.contains { $0.resource == "entries/E-1" })
    #expect(try await node.entries().count { $0.topic == "ingest.subject_sought" } == 11)
    await node.stop()
  }

  @Test(
    "two look-ups of one person share nothing in the log that tells so, but who looked and at what")
  func unjoined() async throws {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(
      try RegisterFile(
        ["id", "name", "cremation-date", "certificate", "revoked"],
        rows: [[identityNumber(1), "张三", "2024-01-05", "C1", ""]]))
    for _ in 0..<2 { _ = try await node.lookUp(identityNumber(1), try node.grant()) }
    let looked = try await node.entries().filter { $0.topic == "ingest.disclosure" }
    #expect(looked.count == 2)
    for member in ["subject", "manifest"] {
      let values = looked.compactMap { $0.payload[member]?.string }
      #expect(values.count == 2 && Set(values).count == 2, "\(member)")
    }
    let subject = try node.subject(identityNumber(1))
    let named = try await node.fromAudit.nameSubject(
      try trace(node, subject, act: "acts/1"), CallOptions())
    // The name that joined them stands nowhere, nor does what finds them.
    for entry in try await node.entries() {
      let text = String(decoding: CanonicalJSON.encode(entry.payload), as: UTF8.self)
      #expect(!text.contains(named.pseudonym) && !text.contains(Hex.encode(named.key)))
    }
    await node.stop()
  }

  @Test("it is the name that a look-up left, for Audit alone, by identity number alone")
  func name() async throws {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(
      try RegisterFile(
        ["id", "name", "cremation-date", "certificate", "revoked"],
        rows: [
          [identityNumber(1), "张三", "2024-01-05", "C1", ""],
          [identityNumber(2), "李四", "2024-01-07", "C2", ""],
        ]))
    _ = try await node.lookUp(identityNumber(1), try node.grant())
    let subject = try node.subject(identityNumber(1))
    func ask(
      _ client: IngestV1.IngestClient, _ subject: IngestV1.Subject, act: String = "acts/1"
    ) async throws -> SubjectKey {
      let named = try await client.nameSubject(try trace(node, subject, act: act), CallOptions())
      #expect(Pseudonym(text: named.pseudonym) != nil)
      return try #require(SubjectKey(bytes: named.key))
    }
    let key = try await ask(node.fromAudit, subject)
    let looked = try await node.entries().first { $0.topic == "ingest.disclosure" }
    let name = try #require(looked?.payload["subject"]?.string)
    #expect(key.isNamed(by: name))
    let other = try await ask(node.fromAudit, try node.subject(identityNumber(2)))
    #expect(!other.isNamed(by: name))
    let noted = try await node.entries().filter { $0.topic == "ingest.subject_named" }
    #expect(key.isNamed(by: try #require(noted.first?.payload["subject"]?.string)))
    #expect(noted.map { $0.payload["act"]?.string } == ["acts/1", "acts/1"])
    for client in [node.fromShare, node.fromFeedback, node.fromGateway] {
      let client = try #require(client)
      await #expect(throws: Status.self) { try await ask(client, subject) }
    }
    for wrong in [
      IngestV1.Subject(), .init(documentType: "passport", documentNumber: "E12345678"),
      .init(block: [9]),
    ] {
      await #expect(throws: Status.self) { try await ask(node.fromAudit, wrong) }
    }
    #expect(
      try await node.entries().count { $0.topic == "ingest.subject_named" } == 2)
    await node.stop()
  }
}
