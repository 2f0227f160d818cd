// Worlds and calls by chance: mostly in order, since a world in which nothing goes shows nothing.

import Access
import Contracts
import TestSupport
import Vocabulary

struct Generator {
  static let profiles = [
    "meizhou-public-2023", "meizhou-specific-2021", "guangdong-2018", "hebi-2021", "luyi-2019",
  ]
  static let purposes = ["pension", "housing"]
  private static let places: [(AdministrativeLevel, String)] = [
    (.province, "440000"), (.city, "441400"), (.county, "441481"), (.functionalZone, "441499"),
    (.city, "410600"), (.county, "410621"),
  ]
  static let people = 3
  private static let itemCount = 4

  private var chance: SeededGenerator
  /// The generated table, and beside it rules of which it has none: every one of them may be in the next contract.
  private(set) var table = AccessTable.all
  /// All methods but those with a kind of call of their own.
  private var methods: [String] = []

  init(seed: UInt64) {
    chance = SeededGenerator(seed: seed)
    for number in 0..<100 {
      let path = "/weir.chance.v1.Chance/Method\(number)"
      table[path] = MethodAccess(
        path: path, service: "weir.chance.v1.Chance",
        roles: Set((0..<below(4)).map { _ in one(of: isOnce(in: 2) ? often : Role.allCases) }),
        person: one(of: MethodAccess.Person.allCases), via: isOnce(in: 10) ? ["/a.B/C"] : [],
        isInternal: isOnce(in: 10))
    }
    let own = [
      "/weir.catalog.v1.Catalog/GetEntry", "/weir.share.v1.Share/Subscribe",
      "/weir.share.v1.Share/Lookup", "/weir.share.v1.Share/UploadComparisonChunk",
    ]
    methods = table.keys.filter { !own.contains($0) }.sorted()
  }

  private var often: [Role] { [.departmentSystem, .departmentOfficer, .authority] }

  private mutating func isOnce(in number: Int) -> Bool {
    Int.random(in: 0..<number, using: &chance) == 0
  }

  private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &chance) }

  private mutating func one<Element>(of list: [Element]) -> Element { list[below(list.count)] }

  /// Each with one chance in `odds` of being left out.
  private mutating func some(of items: some Sequence<Int>, without odds: Int) -> Set<Int> {
    Set(items.sorted().filter { _ in !isOnce(in: odds) })
  }

  // MARK: Worlds

  mutating func world() -> World {
    var world = World()
    for number in 0..<Self.places.count * 2 {
      let place = number < Self.places.count ? number : below(Self.places.count)
      world.bodies.append(body(place, isAuthority: number < Self.places.count))
    }
    for body in world.bodies.indices {
      for person in 0..<Self.people { world.papers.append(paper(body, .person(person))) }
      for system in 1...2 { world.papers.append(paper(body, .system(system))) }
    }
    for _ in 0..<8 {
      world.entries.append(
        World.Entry(
          owner: below(world.bodies.count), profile: one(of: Self.profiles),
          standing: isOnce(in: 3) ? one(of: World.Standing.allCases) : .published,
          isUpdate: isOnce(in: 2),
          items: (0..<Self.itemCount).map { _ in item() }))
    }
    for _ in 0..<8 { world.grants.append(grant(in: world)) }
    // A system that a grant names with its place mostly stands there.
    for grant in world.grants where grant.recipients.count == 2 && !isOnce(in: 4) {
      world.bodies[grant.grantee].systems[1].region = grant.recipients[0].region
    }
    return world
  }

  private mutating func item() -> World.Item {
    let type: ShareType =
      isOnce(in: 8) ? .notShared : isOnce(in: 3) ? .conditional : .unconditional
    return World.Item(type: type, grade: one(of: [0, 1, 2, 2, 2, 1, 2, 4]))
  }

  private mutating func body(_ place: Int, isAuthority: Bool) -> World.Body {
    let (level, region) = Self.places[place]
    return World.Body(
      level: level, region: region, authority: isAuthority ? nil : place,
      isActive: !isOnce(in: 15),
      persons: (0..<Self.people).map { number in
        World.Person(
          roles: roles(isAuthority), isActive: !isOnce(in: 8),
          successor: isOnce(in: 2) ? nil : (number + 1) % Self.people)
      },
      systems: (0...2).map { number in
        World.System(
          region: number > 0 && isOnce(in: 3) ? one(of: ["SG", "CN", "HK"]) : "",
          isActive: !isOnce(in: 12), responsible: below(Self.people))
      },
      run: World.Run(
        system: 1 + below(2), responsible: below(Self.people), isActive: !isOnce(in: 8)))
  }

  private mutating func roles(_ isAuthority: Bool) -> Set<Role> {
    var roles: Set<Role> = isOnce(in: 4) ? [] : [.departmentOfficer]
    if isOnce(in: isAuthority ? 2 : 12) { roles.insert(.authority) }
    if isOnce(in: 5) { roles.insert(.departmentHead) }
    if isOnce(in: 8) { roles.insert(.populationBaseAdministrator) }
    if isOnce(in: 8) { roles.insert(.leadingGroup) }
    if isOnce(in: 12) {
      roles.insert(one(of: Role.allCases.filter { $0 != .departmentSystem }))
    }
    return roles
  }

  private mutating func paper(_ body: Int, _ holder: World.Holder) -> World.Paper {
    World.Paper(
      body: body, holder: holder, isRegistered: !isOnce(in: 30), isRevoked: isOnce(in: 30),
      from: isOnce(in: 30) ? one(of: [1, 24]) : one(of: [0, -24]),
      to: isOnce(in: 30) ? one(of: [0, -12]) : one(of: [1, 48]))
  }

  private mutating func grant(in world: World) -> World.Grant {
    let number = below(world.entries.count)
    let entry = world.entries[number]
    let isOpen = isOnce(in: 3)
    let open = entry.items.indices.filter { entry.items[$0].type == .unconditional }
    var items = some(of: isOpen && !isOnce(in: 6) ? open : Array(0..<Self.itemCount), without: 4)
    if items.isEmpty { items = [below(Self.itemCount)] }
    let authority = world.bodies[entry.owner].authority
    var grant = World.Grant(
      entry: number, source: isOnce(in: 20) ? below(world.bodies.count) : entry.owner,
      authority: authority, grantee: below(world.bodies.count), items: items,
      systems: isOnce(in: 3) ? some(of: 0...2, without: 2) : [],
      ways: isOnce(in: 4) ? [one(of: World.Way.allCases)] : Set(World.Way.allCases),
      purpose: one(of: Self.purposes),
      days: isOnce(in: 6) ? one(of: [-1, -30]) : one(of: [0, 90]),
      force: isOnce(in: 6) ? one(of: World.Force.allCases) : .active,
      filed: Set(World.Channel.allCases.filter { _ in !isOnce(in: 4) }), recipients: [],
      opinions: nil, isForged: isOnce(in: 30))
    if !isOpen || isOnce(in: 10) {
      grant.recipients = recipients(grant, stands: world.bodies[grant.grantee].systems[1].region)
    }
    // Who stands abroad and asks for somebody else reaches two, and what both may have can be nothing at all.
    if grant.items.count > 1, isOnce(in: 3) {
      let (first, rest) = (grant.items.sorted()[0], grant.items.sorted()[1...])
      grant.recipients = [
        World.Recipient(system: 1, items: [first], region: abroad(grant, world), days: nil),
        World.Recipient(system: nil, items: Set(rest), region: "", days: nil),
      ]
    }
    if !isOpen { grant.opinions = opinions(of: grant, in: world) }
    return grant
  }

  private func abroad(_ grant: World.Grant, _ world: World) -> String {
    let region = world.bodies[grant.grantee].systems[1].region
    return region.isEmpty ? "HK" : region
  }

  /// - Parameter region: Where the grantee's system is that may be one of them.
  private mutating func recipients(
    _ grant: World.Grant, stands region: String
  ) -> [World.Recipient] {
    var recipients: [World.Recipient] = []
    for system in [1, nil] where isOnce(in: 2) {
      var items = some(of: grant.items, without: 6)
      if items.isEmpty || isOnce(in: 4) { items = [one(of: grant.items.sorted())] }
      recipients.append(
        World.Recipient(
          system: system, items: items,
          region: system == nil ? "" : isOnce(in: 6) || region.isEmpty ? "HK" : region,
          days: isOnce(in: 2) ? nil : one(of: [-1, 0, 0, 30])))
    }
    return recipients
  }

  private mutating func opinions(of grant: World.Grant, in world: World) -> [World.Opinion] {
    var sides = isOnce(in: 30) ? [] : [grant.source]
    if isOnce(in: 3) { sides.append(grant.source) }
    if let authority = grant.authority, !isOnce(in: 4) { sides.append(authority) }
    if isOnce(in: 25) { sides.append(below(world.bodies.count)) }
    return sides.enumerated().map { number, body in
      var asked = grant.recipients
      if !asked.isEmpty, isOnce(in: 25) {
        asked[0].items = some(of: asked[0].items, without: 2).union([below(Self.itemCount)])
      }
      if !asked.isEmpty, isOnce(in: 20) { asked[0].days = 60 }
      if !asked.isEmpty, isOnce(in: 20) { asked[0].region = "MO" }
      return World.Opinion(
        body: body, person: isOnce(in: 20) ? 0 : number % Self.people,
        approved: isOnce(in: 25)
          ? some(of: grant.items, without: 3) : grant.items.union([below(Self.itemCount)]),
        sensitive: isOnce(in: 6) ? [below(Self.itemCount)] : [], asked: asked,
        consentsTo: asked.map { _ in !isOnce(in: 30) }, isOnThis: !isOnce(in: 30),
        hasItsTerms: !isOnce(in: 30))
    }
  }

  // MARK: Calls

  mutating func call(in world: World) -> World.Call {
    let ask = ask(in: world)
    var papers = Array(world.papers.indices)
    // Somebody who may have it asks more often than chance would let him.
    if case .data(let data) = ask, !isOnce(in: 12) {
      papers = papers.filter { world.papers[$0].body == world.grants[data.grant].grantee }
    }
    // Two are reached from a system abroad alone.
    if case .data(let data) = ask, data.recipient, world.grants[data.grant].recipients.count == 2,
      isOnce(in: 2)
    {
      let ofSystem = papers.filter { world.papers[$0].isOfSystem(1) }
      if !ofSystem.isEmpty { papers = ofSystem }
    }
    let paper = isOnce(in: 60) ? world.papers.count : one(of: papers)
    var token: World.Token?
    if paper < world.papers.count, case .system = world.papers[paper].holder, !isOnce(in: 8) {
      let body = isOnce(in: 15) ? below(world.bodies.count) : world.papers[paper].body
      token =
        isOnce(in: 3)
        ? .run(body: body, isOnce(in: 15) ? 1 : 0)
        : .person(body: body, isOnce(in: 15) ? Self.people : below(Self.people))
    }
    return World.Call(paper: paper, token: token, ask: ask)
  }

  private mutating func ask(in world: World) -> World.Ask {
    switch below(8) {
    case 0: return .method(isOnce(in: 10) ? "/weir.share.v1.Share/Nothing" : one(of: methods))
    case 1, 2: return .see(below(world.entries.count))
    case 3:
      let entry = below(world.entries.count)
      let items = some(of: 0..<Self.itemCount, without: 2)
      return .take(entry, items.isEmpty ? [below(Self.itemCount)] : items)
    default: return .data(dataAsk(in: world))
    }
  }

  private mutating func dataAsk(in world: World) -> World.DataAsk {
    let wide = world.grants.indices.filter { world.grants[$0].recipients.count == 2 }
    let number = wide.isEmpty || !isOnce(in: 3) ? below(world.grants.count) : one(of: wide)
    let grant = world.grants[number]
    let way = isOnce(in: 3) ? World.Way.comparison : .lookup
    let isLookup = way == .lookup
    let isWide = grant.recipients.count == 2 && !isOnce(in: 3)
    let items = isOnce(in: 10) ? [below(Self.itemCount)] : some(of: grant.items, without: 4)
    return World.DataAsk(
      grant: number, way: way, items: isLookup && !isWide && !isOnce(in: 3) ? items : [],
      purpose: isOnce(in: 12) ? one(of: Self.purposes + [""]) : grant.purpose,
      recipient: isLookup
        && (grant.recipients.isEmpty ? isOnce(in: 30) : isWide || isOnce(in: 3)),
      caseNumber: !isOnce(in: 8),
      entry: isOnce(in: 30) ? below(world.entries.count) : grant.entry)
  }
}
