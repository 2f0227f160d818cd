// Share's side of the wire: what every handler of it stands on.

package import Access
package import Contracts
package import Crypto
package import Database
package import Integrity
package import RPC
package import Regulation
import ShareRules
import ShareStore
package import Vocabulary

/// What Share asks of other services, fetched before a transaction begins.
package struct SharePeers: Sendable {
  /// An entry of the catalogue; version 0 for the published one.
  package var entry: @Sendable (_ name: String, _ version: Int32) async throws -> CatalogV1.Entry
  package var department: @Sendable (_ name: String) async throws -> RegistryV1.Department
  package var openRecords:
    @Sendable (IngestV1.OpenRecordsRequest, CallOptions) async throws
      -> IngestV1.OpenRecordsResponse
  package var compareChunk:
    @Sendable (IngestV1.CompareChunkRequest, CallOptions) async throws
      -> IngestV1.CompareChunkResponse
  package var readClaim: @Sendable (IngestV1.VerifyClaimRequest, CallOptions) async throws -> Void
  package var verifyClaim:
    @Sendable (IngestV1.VerifyClaimRequest, CallOptions) async throws
      -> IngestV1.VerifyClaimResponse

  /// The peers over their channels.
  package init(
    catalog: CatalogV1.CatalogClient, registry: RegistryV1.RegistryClient,
    ingest: IngestV1.IngestClient
  ) {
    entry = { name, version in
      try await catalog.resolveEntry(CatalogV1.ResolveEntryRequest(name: name, version: version))
    }
    department = { name in
      try await registry.resolveDepartment(RegistryV1.GetDepartmentRequest(name: name))
    }
    openRecords = { try await ingest.openRecords($0, $1) }
    compareChunk = { try await ingest.compareChunk($0, $1) }
    readClaim = { _ = try await ingest.readClaim($0, $1) }
    verifyClaim = { try await ingest.verifyClaim($0, $1) }
  }
}

/// Answers weir.share.v1; each RPC has a file of its own.
package struct ShareServer: ShareV1.ShareService {
  /// What the service needs from outside.
  package struct Dependencies: Sendable {
    package var database: SQLDatabase
    package var peers: SharePeers
    private let lawNow: LawNow
    /// The law in use at this moment: a version that was imported counts from the next look on.
    package var profiles: ProfileSet { lawNow.profiles }
    package var calendar: WorkingCalendar { lawNow.calendar }
    package var vault: ClaimVault
    /// Signs grants: Share's evidence key.
    package var grantKey: Ed25519PrivateKey
    /// The domain's key list, which goes with every receipt.
    package var keyList: SignedNote
    /// Civil time.
    package var now: @Sendable () -> Instant
    /// Throws while no data may leave, because the evidence of it could not be kept.
    package var admitData: @Sendable () throws -> Void
    package var refusals: (any RefusalRecorder)?
    /// What persons sign is held to the departments' root.
    package var decisions: DecisionCheck
    /// Waits until those who follow grants have applied everything written so far, at most a second.
    package var awaitFollowers: @Sendable () async -> Void = {}

    /// - Parameter profiles: Asked at each use, as is the calendar.
    package init(
      database: SQLDatabase, peers: SharePeers,
      profiles: @autoclosure @escaping @Sendable () -> ProfileSet,
      calendar: @autoclosure @escaping @Sendable () -> WorkingCalendar,
      vault: ClaimVault, grantKey: Ed25519PrivateKey, keyList: SignedNote,
      now: @escaping @Sendable () -> Instant, admitData: @escaping @Sendable () throws -> Void,
      refusals: (any RefusalRecorder)?, decisions: DecisionCheck
    ) {
      self.database = database
      self.peers = peers
      lawNow = LawNow(profiles: profiles, calendar: calendar)
      self.vault = vault
      self.grantKey = grantKey
      self.keyList = keyList
      self.now = now
      self.admitData = admitData
      self.refusals = refusals
      self.decisions = decisions
    }
  }

  let outside: Dependencies
  let signer: GrantSigner

  var database: SQLDatabase { outside.database }
  var now: @Sendable () -> Instant { outside.now }
  var today: CivilDate { outside.now().civilDate }

  package init(_ outside: Dependencies) {
    self.outside = outside
    signer = GrantSigner(key: outside.grantKey)
  }

  // MARK: Who acts, on what

  func actor(of call: CallContext) -> Actor {
    Actor(
      department: call.caller.department, name: call.principal, roles: call.caller.roles,
      system: call.caller.system, isInPerson: call.caller.isPersonCertificate,
      systemRegion: call.caller.systemRegion)
  }

  /// The person with the disabled departments whose duties his own has, where he speaks for an authority (AC-92).
  func acting(
    _ actor: Actor, in transaction: borrowing some SQLReading & ~Copyable
  ) throws -> Actor {
    guard actor.roles.contains(.authority) else { return actor }
    var acting = actor
    acting.standsFor = try transaction.departments(movedTo: actor.department)
    return acting
  }

  /// The number in a resource's name.
  func number(
    _ name: String, in collection: ResourceCollection, field: String = "name"
  ) throws -> Int64 {
    guard let number = ResourceName(name, in: collection)?.number else {
      throw RequestRefusal.malformed(
        field: field,
        expected: BilingualText(
          "\(collection.rawValue) 的名称", "the name of one of \(collection.rawValue)"))
    }
    return number
  }

  func standing(of department: DepartmentCode) async throws -> DepartmentStanding {
    let name = ResourceName.department(department).text
    guard let standing = DepartmentStanding(try await outside.peers.department(name)) else {
      throw RequestRefusal.unknownResource(field: "department", name: name)
    }
    return standing
  }

  /// An entry with its source, as catalogue and registry have them now.
  func entry(_ name: String, version: Int = 0) async throws -> SharedEntry {
    let number = try number(name, in: .entries, field: "entry")
    let found = try await outside.peers.entry(name, Int32(clamping: version))
    guard let owner = ResourceName(found.owner, in: .departments).flatMap({ DepartmentCode($0.id) })
    else { throw RequestRefusal.unknownResource(field: "entry", name: name) }
    return SharedEntry(found, number: number, source: try await standing(of: owner))
  }

  /// The profile with which a case began: it keeps that version, and no other judges it.
  func profile(_ reference: ProfileReference) throws -> Profile {
    try outside.profiles.profile(reference)
  }

  /// The payload of an entry of the log: who did what to which thing, when.
  func event(_ call: CallContext?, _ members: [(String, JSONValue)]) -> JSONValue {
    .object(
      JSONObject(
        members + (call?.statedMembers ?? []) + [
          ("time", .integer(now().milliseconds)), ("call", .string(call?.callID ?? "")),
          ("actor", .string(call?.principal ?? "service/share")),
        ]))
  }
}

extension SharedEntry {
  init(_ entry: CatalogV1.Entry, number: Int64, source: DepartmentStanding) {
    let inherited = entry.shareType.type ?? .notShared
    self.init(
      number: number, version: Int(entry.version), title: entry.title,
      resourceClass: entry.resourceClass,
      items: entry.items.map {
        SharedItem(
          name: $0.name, title: $0.title,
          // What nobody has said is not shared.
          shareType: $0.shareType.type ?? inherited,
          grade: Int($0.grade == 0 ? entry.grade : $0.grade), isIdentifying: $0.isIdentifying)
      },
      isMembershipHarmless: entry.membershipHarmless, isPublished: entry.state == .published,
      source: source,
      openTo: Set(
        entry.shareDepartments.compactMap { name in
          ResourceName(name, in: .departments).flatMap { DepartmentCode($0.id) }
        }), conditions: entry.conditions)
  }
}

extension CatalogV1.Item {
  /// A name or an identifier of a person: by it nobody stays unknown.
  fileprivate var isIdentifying: Bool {
    role == .subject || role == .subjectName || type == .personID || type == .personName
      || type == .otherDocumentID
  }
}

extension DepartmentStanding {
  /// `nil` where the registry's words are not those of the rules.
  init?(_ department: RegistryV1.Department) {
    guard let name = ResourceName(department.name, in: .departments),
      let code = DepartmentCode(name.id), let level = department.administrativeLevel
    else { return nil }
    self.init(
      code: code, level: level, region: department.region,
      authority: department.decidingAuthority, isAuthority: department.authority.isEmpty,
      duties: Set(department.duties.compactMap { DutyPost(rawValue: $0) }),
      functions: department.functions)
  }
}

extension Actor {
  /// What an entry says of who acted in a disabled source's place (AC-92).
  func standing(for source: DepartmentCode) -> [(String, JSONValue)] {
    guard department != source, standsFor.contains(source) else { return [] }
    return [("stands_for", .string(ResourceName.department(source).text))]
  }
}
