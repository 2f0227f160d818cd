// The real chain, as the services run it: the registry, the compiled table, the catalogue's view, Share's check, the signed grant, its
// reviewers' statements, Ingest's own check.

import Access
import CatalogRules
import Crypto
import GatewayHandlers
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

/// What stays the same from world to world: keys, the law, the table of methods.
struct Ground {
  let persons: TestPersons
  let check: DecisionCheck
  let key: Ed25519PrivateKey
  let otherKey: Ed25519PrivateKey
  let access: CompiledAccess
  let profiles: [String: Profile]

  init(methods: some Sequence<MethodAccess>, profiles: ProfileSet) throws {
    access = CompiledAccess(methods)
    let pki = try TestPKI()
    persons = TestPersons(pki)
    check = DecisionCheck(
      trust: ServiceTrust(roots: CertificateTrust(roots: [persons.root])), domain: pki.domain,
      now: persons.now)
    key = try Ed25519PrivateKey(random: SystemRandom())
    otherKey = try Ed25519PrivateKey(random: SystemRandom())
    self.profiles = Dictionary(
      uniqueKeysWithValues: try Generator.profiles.map { name in
        guard let profile = profiles.profile(named: name) else { throw Unknown(what: name) }
        return (name, profile)
      })
  }
}

struct Unknown: Error {
  let what: String
}

/// One world as the services hold it.
struct Chain {
  static let now = Instant(milliseconds: 1_709_524_800_000)

  let world: World
  let ground: Ground
  let registry: RegistrySnapshot
  private let grants: [ShareRules.Grant]
  /// As Ingest found them, signature and statements; `nil` where it takes none of them.
  private let checked: [GrantTerms?]

  init(_ world: World, on ground: Ground) throws {
    self.world = world
    self.ground = ground
    registry = try Self.registry(of: world)
    grants = try world.grants.indices.map { try grant($0, in: world, ground) }
    checked = try zip(world.grants, grants).map { try checkedTerms($0, $1, in: world, ground) }
  }

  func answer(_ call: World.Call) throws -> Answer {
    guard let caller = try caller(call) else { return Answer() }
    let bits = CompiledAccess.bits(caller.roles)
    guard ground.access.decide(caller, bits, call.path) == .admitted else { return Answer() }
    var answer = Answer(isAdmitted: true)
    switch call.ask {
    case .see(let entry): answer.sees = try sees(caller, entry)
    case .take(let entry, let items): answer.takes = try takes(caller, entry, items)
    case .data(let ask):
      let items = try shareItems(caller, ask)
      answer.share = items != nil
      let asked = ask.items.isEmpty ? grants[ask.grant].items : itemNames(ask.items)
      answer.ingest = ingestOpens(caller, ask, items ?? asked)
    case .method: break
    }
    return answer
  }

  // MARK: Gateway

  private func caller(_ call: World.Call) throws -> Caller? {
    guard
      case .success(let identity) = registry.identify(
        fingerprint: fingerprint(call.paper), now: Self.now)
    else { return nil }
    guard let token = call.token else { return Caller(identity, nil) }
    let actor: StatedActor =
      switch token {
      case .person(let body, let number): .person(try code(body), try personID(number))
      case .run(let body, let number): .run(try code(body), try runName(number))
      }
    let stated = registry.stated(actor, by: identity.system, of: identity.department.code)
    guard case .success(let stated) = stated else { return nil }
    return Caller(identity, stated)
  }

  // MARK: Catalog

  private func sees(_ caller: Caller, _ number: Int) throws -> Bool {
    let entry = world.entries[number]
    guard let profile = ground.profiles[entry.profile] else { throw Unknown(what: entry.profile) }
    let version = EntryVersion(
      entry: Int64(number + 1), number: entry.isUpdate ? 2 : 1,
      content: EntryContent(owner: try code(entry.owner)), state: entry.standing.state,
      profile: profile.reference, created: Self.now)
    let actor = CatalogRules.Actor(
      department: try facts(caller.department), name: caller.personName ?? "", roles: caller.roles)
    return EntryVisibility(actor).sees(
      version,
      insiders: version.seats(of: try facts(try code(entry.owner)), under: profile).insiders)
  }

  private func facts(_ code: DepartmentCode) throws -> DepartmentFacts {
    guard let row = registry.departments[code] else { throw Unknown(what: code.text) }
    return DepartmentFacts(
      code: code, level: row.level, region: row.region.text, kinds: [],
      authority: row.authority ?? superior(of: row, among: registry.departments.values)?.code,
      isAuthority: row.isAuthority,
      holders: Dictionary(
        uniqueKeysWithValues: regionalRoles.map {
          ($0, Set(registry.holders(of: $0, in: row.region)))
        }))
  }

  // MARK: Share

  private func actor(_ caller: Caller) -> ShareRules.Actor {
    ShareRules.Actor(
      department: caller.department, name: caller.personName ?? "", roles: caller.roles,
      system: caller.system, isInPerson: caller.isPersonCertificate,
      systemRegion: caller.systemRegion)
  }

  private func takes(_ caller: Caller, _ number: Int, _ items: Set<Int>) throws -> Bool {
    let entry = world.entries[number]
    guard let profile = ground.profiles[entry.profile] else { throw Unknown(what: entry.profile) }
    let owner = try facts(try code(entry.owner))
    let shared = SharedEntry(
      number: Int64(number + 1), version: 1, title: "登记", resourceClass: "public",
      items: entry.items.enumerated().map {
        SharedItem(
          name: itemName($0), title: "项", shareType: $1.type, grade: $1.grade)
      }, isMembershipHarmless: false, isPublished: entry.standing == .published,
      source: DepartmentStanding(
        code: owner.code, level: owner.level, region: owner.region, authority: owner.authority))
    var use = UseRequest()
    use.items = itemNames(items)
    use.purpose = "核对资格"
    use.business = "发放"
    use.scenario = "窗口"
    use.modes = [.lookup]
    use.until = Self.now.civilDate.adding(days: 30)
    do throws(ShareRefusal) {
      _ = try subscribe(
        1, use: use, to: shared, by: actor(caller), under: profile, at: Self.now)
      return true
    } catch { return false }
  }

  private func shareItems(_ caller: Caller, _ ask: World.DataAsk) throws -> [String]? {
    let name = world.entries[world.grants[ask.grant].entry].profile
    guard let profile = ground.profiles[name] else { throw Unknown(what: name) }
    let call = GrantCall(
      by: actor(caller), mode: ask.way.mode, items: itemNames(ask.items), purpose: ask.purpose,
      today: Self.now.civilDate, recipient: ask.recipient ? bank : "",
      caseNumber: ask.caseNumber ? "2024-17" : "")
    do throws(ShareRefusal) { return try grants[ask.grant].check(call, under: profile) } catch {
      return nil
    }
  }

  // MARK: Ingest

  private func ingestOpens(_ caller: Caller, _ ask: World.DataAsk, _ items: [String]) -> Bool {
    guard let terms = checked[ask.grant] else { return false }
    let request = DataRequest(
      department: caller.department, system: caller.system,
      entry: ResourceName.entry(Int64(ask.entry + 1)).text,
      use: ask.way == .lookup ? .lookup : .comparison, items: items, purpose: ask.purpose,
      recipient: ask.recipient ? bank : "", systemRegion: caller.systemRegion)
    do throws(DataRefusal) {
      try terms.check(request, today: Self.now.civilDate)
      return true
    } catch { return false }
  }
}
