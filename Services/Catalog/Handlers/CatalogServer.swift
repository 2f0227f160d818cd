// The catalogue's side of the wire: what every handler of it stands on.

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Crypto
package import Database
import Integrity
import RPC
package import Regulation
package import Vocabulary

/// Tells what the registry knows of a department.
package typealias DepartmentDirectory =
  @Sendable (_ department: DepartmentCode) async throws -> RegistryV1.Department

/// Answers weir.catalog.v1; each RPC has a file of its own.
package struct CatalogServer: CatalogV1.CatalogService {
  let database: SQLDatabase
  let profiles: ProfileSet
  let calendar: WorkingCalendar
  let taxonomies: [String: Taxonomy]
  let directory: DepartmentDirectory
  let refusals: (any RefusalRecorder)?
  let now: @Sendable () -> Instant

  /// - Parameter now: Civil time.
  package init(
    database: SQLDatabase, profiles: ProfileSet, calendar: WorkingCalendar,
    taxonomies: [String: Taxonomy], directory: @escaping DepartmentDirectory,
    refusals: (any RefusalRecorder)?, now: @escaping @Sendable () -> Instant
  ) {
    self.database = database
    self.profiles = profiles
    self.calendar = calendar
    self.taxonomies = taxonomies
    self.directory = directory
    self.refusals = refusals
    self.now = now
  }

  // MARK: Who acts

  /// The caller with what the registry knows of its department.
  func actor(of call: CallContext) async throws -> Actor {
    Actor(
      department: try await facts(of: call.caller.department), name: call.principal,
      roles: call.caller.roles)
  }

  func facts(of department: DepartmentCode) async throws -> DepartmentFacts {
    let found = try await directory(department)
    guard let facts = DepartmentFacts(found) else {
      throw RequestRefusal.unknownResource(
        field: "department", name: "departments/\(department.text)")
    }
    return facts
  }

  // MARK: What an entry is judged by

  /// The profile that governs a new version of an entry.
  func profile(for content: EntryContent, on day: CivilDate) throws(CatalogRefusal) -> Profile {
    guard let profile = profiles.governing([content.resourceClass], on: day) else {
      throw .notInForce(resourceClass: content.resourceClass)
    }
    return profile
  }

  func knownCategory(_ slug: String) -> KnownCategory? {
    for taxonomy in taxonomies.values {
      guard let category = taxonomy.category(slug) else { continue }
      return KnownCategory(category, in: taxonomy)
    }
    return nil
  }

  // MARK: Changing

  /// One change of the catalogue: replayed where it was done before, else done in one transaction with its entry in the log.
  ///
  /// - Parameter body: Answers the version that it made.
  func change(
    _ call: CallContext, requestID: String, content: some Message,
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> EntryVersion
  ) async throws -> CatalogV1.Entry {
    guard !requestID.isEmpty, requestID.utf8.count <= 64 else {
      throw RequestRefusal.requestIDMissing
    }
    let key = RequestKey(caller: call.principal, method: call.rpc.path, requestID: requestID)
    let digest = SHA256.hash(try content.serialized())
    let bytes = try await database.write { transaction in
      switch try transaction.replay(of: key, digest: digest) {
      case .same(let answer): return answer
      case .conflict: throw RequestRefusal.requestIDReused
      case .new: break
      }
      let version = try body(transaction)
      guard let standing = try transaction.entryStanding(version.entry) else {
        throw UnreadableContent(what: "entry")
      }
      let answer = try version.message(standing, showsInside: true).serialized()
      try transaction.keep(answer: answer, of: key)
      return answer
    }
    guard let bytes else { throw RequestRefusal.requestIDReused }
    return try CatalogV1.Entry(serialized: bytes)
  }

  /// The entry of the log for a step of a version.
  func append(
    _ topic: String, _ version: EntryVersion, _ call: CallContext,
    to transaction: borrowing WriteTransaction
  ) throws {
    var payload = JSONObject()
    payload["time"] = .integer(now().milliseconds)
    payload["call"] = .string(call.callID)
    payload["actor"] = .string(call.principal)
    payload["entry"] = .string(version.name)
    payload["version"] = .integer(Int64(version.number))
    payload["owner"] = .string("departments/\(version.content.owner.text)")
    payload["profile"] = .string(version.profile.text)
    payload["state"] = .string(version.state.rawValue)
    payload["digest"] = .string(
      Hex.encode(SHA256.hash(CanonicalJSON.encode(version.content.json))))
    if let review = version.secrecyReview {
      payload["secrecy_reviewer"] = .string(review.person)
      payload["secrecy_time"] = .integer(review.time.milliseconds)
    }
    version.tellPublication(in: &payload)
    if let reason = version.history.last?.reason, !reason.isEmpty {
      payload["reason"] = .string(reason)
    }
    if let basis = version.history.last?.basis { payload["basis"] = basis.json }
    try transaction.append(topic: topic, payload: .object(payload))
  }

  /// The number in `entries/E-1` and, where it names one, of the version.
  func entryNumber(_ name: String, field: String) throws -> (entry: Int64, version: Int?) {
    guard let resource = ResourceName(name) else {
      throw RequestRefusal.malformed(
        field: field, expected: BilingualText("entries/E-1 这样的名称", "a name like entries/E-1"))
    }
    switch resource.collection {
    case .entries:
      if let number = resource.number { return (number, nil) }
    case .versions:
      if let entry = resource.parentNumber, let version = resource.number {
        return (entry, Int(clamping: version))
      }
    default: break
    }
    throw RequestRefusal.malformed(
      field: field, expected: BilingualText("entries/E-1 这样的名称", "a name like entries/E-1"))
  }
}

extension DepartmentFacts {
  /// `nil` where the registry's words are not those of the rules.
  package init?(_ department: RegistryV1.Department) {
    let levels: [RegistryV1.Level: AdministrativeLevel] = [
      .province: .province, .city: .city, .county: .county, .functionalZone: .functionalZone,
    ]
    guard let name = ResourceName(department.name, in: .departments),
      let code = DepartmentCode(name.id), let level = levels[department.level]
    else { return nil }
    self.init(
      code: code, level: level, region: department.region, kinds: Set(department.kinds),
      authority: ResourceName(department.authority, in: .departments)
        .flatMap { DepartmentCode($0.id) })
  }
}
