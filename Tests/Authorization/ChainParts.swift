// The rows, grants and statements of a world, as the services hold them.

import Access
import CatalogRules
import Crypto
import GatewayRules
import IngestHandlers
import IngestRules
import Integrity
import RPC
import Regulation
import ShareHandlers
import ShareRules
import TestSupport
import Vocabulary

let bank = "bank"

func code(_ body: Int) throws -> DepartmentCode {
  guard let code = DepartmentCode("body-\(body)") else { throw Unknown(what: "body \(body)") }
  return code
}

func personID(_ number: Int) throws -> PersonID {
  guard let id = PersonID("person-\(number)") else { throw Unknown(what: "person \(number)") }
  return id
}

func systemName(_ number: Int) throws -> SystemName {
  guard let name = SystemName(number == 0 ? workstationName : "system-\(number)") else {
    throw Unknown(what: "system \(number)")
  }
  return name
}

func runName(_ number: Int) throws -> RunName {
  guard let name = RunName("run-\(number)") else { throw Unknown(what: "run \(number)") }
  return name
}

func itemName(_ number: Int) -> String { "item\(number)" }
func itemNames(_ items: Set<Int>) -> [String] { items.sorted().map(itemName) }

func fingerprint(_ paper: Int) -> [UInt8] {
  [UInt8](repeating: 7, count: 30) + [UInt8(truncatingIfNeeded: paper >> 8), UInt8(paper & 0xff)]
}

extension World.Standing {
  var state: EntryState {
    switch self {
    case .draft: .draft
    case .submitted: .submitted
    case .returned: .returned
    case .approved: .approved
    case .published: .published
    case .superseded: .superseded
    case .withdrawn: .withdrawn
    }
  }
}

extension World.Way {
  var mode: UseMode { self == .lookup ? .lookup : .comparison }
}

extension World.Force {
  var state: GrantState {
    switch self {
    case .waiting: .pendingAcceptance
    case .active: .active
    case .suspended: .suspended
    case .expired: .expired
    case .revoked: .revoked
    case .ended: .ended
    }
  }
}

extension World.Channel {
  var mode: AccessMode {
    switch self {
    case .web: .web
    case .download: .fileDownload
    case .interface: .frontEndInterface
    }
  }
}

// MARK: - The registry

extension Chain {
  static func registry(of world: World) throws -> RegistrySnapshot {
    var rows: [RegistryChange] = []
    for (number, body) in world.bodies.enumerated() {
      guard let region = RegionCode(body.region) else { throw Unknown(what: body.region) }
      rows.append(
        .department(
          RegisteredDepartment(
            code: try code(number), title: "部门", level: body.level, region: region, kinds: [],
            authority: try body.authority.map(code), state: state(body.isActive), created: now)))
      rows += try people(of: body, number)
    }
    for (number, paper) in world.papers.enumerated() where paper.isRegistered {
      rows.append(.certificate(try certificate(paper, number)))
    }
    return RegistrySnapshot(rows)
  }

  private static func state(_ isActive: Bool) -> RegistryState { isActive ? .active : .disabled }

  private static func people(of body: World.Body, _ number: Int) throws -> [RegistryChange] {
    let code = try code(number)
    let persons = try body.persons.enumerated().map { id, person in
      RegistryChange.person(
        RegisteredPerson(
          department: code, id: try personID(id), title: "某", roles: person.roles,
          state: state(person.isActive), successor: try person.successor.map(personID),
          created: now))
    }
    let systems = try body.systems.enumerated().map { name, system in
      RegistryChange.system(
        RegisteredSystem(
          department: code, name: try systemName(name), title: "系统",
          responsible: name == 0 ? nil : try personID(system.responsible),
          state: state(system.isActive), created: now, region: system.region))
    }
    let run = ScheduledRun(
      department: code, name: try runName(0), system: try systemName(body.run.system),
      title: "每月比对", responsible: try personID(body.run.responsible),
      state: state(body.run.isActive), created: now)
    return persons + systems + [.run(run)]
  }

  private static func certificate(
    _ paper: World.Paper, _ number: Int
  ) throws -> RegisteredCertificate {
    let hour: Int64 = 3_600_000
    let code = try code(paper.body)
    let subject: Principal =
      switch paper.holder {
      case .person(let id): .person(code, try personID(id))
      case .system(let name): .system(code, try systemName(name))
      }
    return RegisteredCertificate(
      fingerprint: fingerprint(number), serial: "\(number)", subject: subject,
      notBefore: now.adding(milliseconds: paper.from * hour),
      notAfter: now.adding(milliseconds: paper.to * hour),
      revocation: paper.isRevoked
        ? RegisteredCertificate.Revocation(reason: "遗失", time: now) : nil)
  }
}

// MARK: - Grants

/// The grant as Share keeps it.
func grant(_ number: Int, in world: World, _ ground: Ground) throws -> Grant {
  let row = world.grants[number]
  let name = world.entries[row.entry].profile
  guard let profile = ground.profiles[name] else { throw Unknown(what: name) }
  var grant = Grant(
    number: Int64(number + 1), entry: Int64(row.entry + 1), entryVersion: 1,
    source: try code(row.source), authority: try row.authority.map(code),
    grantee: try code(row.grantee), items: itemNames(row.items), purpose: row.purpose,
    business: "发放", scenario: "窗口", modes: Set(row.ways.map(\.mode)),
    until: Chain.now.civilDate.adding(days: row.days), rows: [], roll: nil, dailySubjects: 10,
    application: row.opinions == nil ? nil : Int64(number + 1), profile: profile.reference,
    created: Chain.now, state: row.force.state)
  grant.systems = Set(try row.systems.map(systemName))
  grant.accessModes = Set(row.filed.map(\.mode))
  grant.recipients = try row.recipients.map(recipient)
  return grant
}

private func recipient(_ row: World.Recipient) throws -> Recipient {
  var recipient = Recipient(
    kind: row.system == nil ? .thirdParty : .ownSystem,
    name: try row.system.map { try systemName($0).text } ?? bank)
  recipient.items = itemNames(row.items)
  recipient.region = row.region
  recipient.recordsUntil = row.days.map { Chain.now.civilDate.adding(days: $0) }
  return recipient
}

/// What Ingest keeps of a grant once it has read the signed bytes and the reviewers' statements.
func checkedTerms(
  _ row: World.Grant, _ grant: Grant, in world: World, _ ground: Ground
) throws -> GrantTerms? {
  let made = GrantDocument(grant, issued: Chain.now)
  let signature = try made.signature(by: row.isForged ? ground.otherKey : ground.key)
  let entry = world.entries[row.entry]
  do {
    let document = try GrantDocument(
      made.encoded, signature: signature, keys: [ground.key.publicKey])
    if let opinions = row.opinions {
      let needsAuthority =
        ground.profiles[entry.profile]?.reviewers?.value.contains { $0 != .sourceDepartment }
      try document.checkReview(
        try opinions.map { try statement($0, on: made, ground) }, by: ground.check,
        needsAuthority: needsAuthority ?? false)
    } else {
      let publication =
        entry.standing == .published ? try publication(of: row.entry, in: world, ground) : nil
      _ = try document.checkPublication(publication, by: ground.check)
    }
    return GrantTerms(document)
  } catch is GrantDocumentError {
    return nil
  } catch is GrantReviewError {
    return nil
  }
}

private func statement(
  _ opinion: World.Opinion, on document: GrantDocument, _ ground: Ground
) throws -> SignedStatement {
  var terms = document.terms
  if !opinion.hasItsTerms { terms["until"] = .string("2030-01-01") }
  let asked = try opinion.asked.map { try recipient($0).granted }
  return try signed(
    Decision(
      .reviewApplication,
      on: opinion.isOnThis ? document.application : "applications/A-99", etag: "1",
      profile: document.profile,
      [
        "terms": .object(terms),
        "decisions": .array(
          (0..<4).map {
            [
              "item": .string(itemName($0)),
              "decision": .string(opinion.approved.contains($0) ? "approve" : "reject"),
            ]
          }),
        "sensitive_items": .array(itemNames(opinion.sensitive).map { .string($0) }),
        "recipients": .array(asked.map(\.json)),
        "consents": .array(
          zip(asked, opinion.consentsTo).filter(\.1).map { .string($0.0.name) }),
      ]), by: opinion.person, of: opinion.body, ground)
}

/// What the publisher of an entry signed of it.
private func publication(
  of number: Int, in world: World, _ ground: Ground
) throws -> SignedStatement {
  let entry = world.entries[number]
  return try signed(
    Decision(
      .publishEntry, on: "entries/E-\(number + 1)/versions/1", etag: "1", profile: entry.profile,
      [
        "owner": .string(ResourceName.department(try code(entry.owner)).text),
        "items": .array(
          entry.items.enumerated().map {
            ["name": .string(itemName($0)), "share_type": .string($1.type.rawValue)]
          }),
      ]), by: 0, of: entry.owner, ground)
}

private func signed(
  _ decision: Decision, by person: Int, of body: Int, _ ground: Ground
) throws -> SignedStatement {
  let (id, code, station) = (try personID(person), try code(body), try systemName(0))
  let caller = Caller(
    department: code, system: station, person: id, isPersonCertificate: true, roles: [],
    certificateHash: try ground.persons.identity(id, of: code).certificate.sha256)
  return try ground.persons.sign(
    decision.statement(by: caller, at: ground.persons.now()).bytes, as: id, of: code)
}
