// The authorizer for the second time: from the world alone, in the words of policies.md f, with nothing of the rules' code.

import Access
import Vocabulary

/// Whether a call is admitted, an entry seen or taken, data opened. Blunt on purpose.
struct Reference {
  let world: World

  struct Who {
    let body: Int
    let system: Int
    let isInPerson: Bool
    let roles: Set<Role>
    /// Of the person whom a system states.
    var stated: Set<Role>?
  }

  func answer(_ call: World.Call, _ method: MethodAccess?) -> Answer {
    guard let who = who(call), let method, mayCall(who, method) else { return Answer() }
    var answer = Answer(isAdmitted: true)
    switch call.ask {
    case .see(let entry): answer.sees = sees(who, world.entries[entry])
    case .take(let entry, let items): answer.takes = takes(who, world.entries[entry], items)
    case .data(let ask):
      let sent = shareOpens(who, ask)
      let grant = world.grants[ask.grant]
      answer.share = sent != nil
      answer.ingest = ingestOpens(
        who, ask, grant, sent ?? (ask.items.isEmpty ? grant.items : ask.items))
    case .method: break
    }
    return answer
  }

  // MARK: AC-01, AC-03, AC-92

  func who(_ call: World.Call) -> Who? {
    if call.paper >= world.papers.count { return nil }
    let paper = world.papers[call.paper]
    let body = world.bodies[paper.body]
    if !paper.isRegistered || paper.isRevoked || paper.from > 0 || paper.to <= 0 { return nil }
    if !body.isActive { return nil }
    switch paper.holder {
    case .person(let number):
      if !body.persons[number].isActive || !body.systems[0].isActive { return nil }
      return Who(
        body: paper.body, system: 0, isInPerson: true, roles: body.persons[number].roles)
    case .system(let number):
      let system = body.systems[number]
      if !system.isActive || onDuty(system.responsible, body) == nil { return nil }
      var who = Who(
        body: paper.body, system: number, isInPerson: false, roles: [.departmentSystem])
      guard let token = call.token else { return who }
      guard let stated = stated(token, by: number, of: paper.body) else { return nil }
      who.stated = stated.roles
      return who
    }
  }

  private func stated(_ token: World.Token, by system: Int, of body: Int) -> World.Person? {
    let own = world.bodies[body]
    switch token {
    case .person(let other, let number):
      if other != body || number >= own.persons.count || !own.persons[number].isActive {
        return nil
      }
      return own.persons[number]
    case .run(let other, let number):
      let isOwn = other == body && number == 0 && own.run.system == system
      return isOwn && own.run.isActive ? onDuty(own.run.responsible, own) : nil
    }
  }

  /// Whoever is left of those who took the duty over.
  private func onDuty(_ person: Int, _ body: World.Body) -> World.Person? {
    var next: Int? = person
    for _ in body.persons {
      guard let number = next else { return nil }
      if body.persons[number].isActive { return body.persons[number] }
      next = body.persons[number].successor
    }
    return nil
  }

  /// AC-03, AC-05.
  func mayCall(_ who: Who, _ method: MethodAccess) -> Bool {
    if method.isInternal || !method.via.isEmpty { return false }
    if method.person == .certificate && !who.isInPerson { return false }
    if method.person == .stated && !who.isInPerson && who.stated == nil { return false }
    if method.roles.isEmpty { return true }
    if !method.roles.contains(where: who.roles.contains) { return false }
    // In person the one whom a system states could do it, too, if any person can.
    let persons = method.roles.filter { $0 != .departmentSystem }
    guard let stated = who.stated, !persons.isEmpty else { return true }
    return persons.contains(where: stated.contains)
  }

  // MARK: AC-11, AC-13, AC-19, AC-20

  func sees(_ who: Who, _ entry: World.Entry) -> Bool {
    if entry.standing == .published || entry.owner == who.body { return true }
    if entry.standing == .draft || entry.standing == .returned { return false }
    let (own, owner) = (world.bodies[who.body], world.bodies[entry.owner])
    let above = authority(of: entry.owner)
    let isAuthority = who.roles.contains(.authority)
    if isAuthority && who.body == above { return true }
    // Where no bureau stands above, the construction group of the region does its part, if another body has it.
    let isBureau =
      above == nil && isHeld(.leadingGroup, in: owner.region, besides: entry.owner)
      && who.roles.contains(.leadingGroup) && own.region == owner.region
    switch entry.profile {
    case "hebi-2021":
      let ofCity = own.level == .city && own.region.prefix(4) == owner.region.prefix(4)
      let goesUp = owner.authority == nil && owner.level == .city
      return isAuthority && ofCity && !entry.isUpdate && !goesUp
    case "luyi-2019":
      let ofBase =
        isHeld(.populationBaseAdministrator, in: owner.region, besides: entry.owner)
        && who.roles.contains(.populationBaseAdministrator) && own.region == owner.region
      return isBureau || ofBase
    default: return false
    }
  }

  /// Who decides on a body's entries; on an authority's the nearest active one above it.
  private func authority(of body: Int) -> Int? {
    let row = world.bodies[body]
    if let authority = row.authority { return authority }
    for level in [AdministrativeLevel.city, .province] where level < row.level {
      let above = world.bodies.indices.first {
        world.bodies[$0].authority == nil && world.bodies[$0].isActive
          && world.bodies[$0].level == level
          && world.bodies[$0].region.prefix(level == .city ? 4 : 2)
            == row.region.prefix(level == .city ? 4 : 2)
      }
      if let above { return above }
    }
    return nil
  }

  private func isHeld(_ role: Role, in region: String, besides body: Int) -> Bool {
    world.bodies.indices.contains { other in
      other != body && world.bodies[other].isActive && world.bodies[other].region == region
        && world.bodies[other].persons.contains { $0.isActive && $0.roles.contains(role) }
    }
  }

  // MARK: AC-40, AC-42, AC-55

  func takes(_ who: Who, _ entry: World.Entry, _ items: Set<Int>) -> Bool {
    let isGovernment = !who.roles.contains(.enterprise) && !who.roles.contains(.anonymous)
    return isGovernment && entry.standing == .published && entry.owner != who.body
      && items.allSatisfy { entry.items[$0].type == .unconditional && entry.items[$0].grade < 4 }
  }

  // MARK: AC-41, AC-45 to AC-48, AC-51, AC-52

  /// The items that Share lets be opened; `nil` for none.
  func shareOpens(_ who: Who, _ ask: World.DataAsk) -> Set<Int>? {
    let grant = world.grants[ask.grant]
    let profile = world.entries[grant.entry].profile
    guard isCovered(who, ask, grant, ask.items), grant.force == .active else { return nil }
    let channel: World.Channel =
      ask.way == .comparison ? .download : who.isInPerson ? .web : .interface
    if profile == "luyi-2019", !grant.filed.contains(channel) { return nil }
    let wantsCase = ["meizhou-specific-2021", "guangdong-2018"].contains(profile)
    if ask.way == .lookup, wantsCase, !ask.caseNumber { return nil }
    var items = grant.items
    for recipient in reached(who, ask) {
      guard let named = recipient(grant) else { return nil }
      let looked = ask.way == .comparison && named.system != nil ? grant.items : ask.items
      if !looked.isSubset(of: named.items) { return nil }
      items.formIntersection(named.items)
    }
    if items.isEmpty { return nil }
    return ask.items.isEmpty ? items : ask.items
  }

  /// Whether a call would open something, were it not that whom it reaches may have nothing in common.
  func isDisjoint(_ call: World.Call, _ method: MethodAccess?) -> Bool {
    guard case .data(var ask) = call.ask, ask.items.isEmpty, let who = who(call), let method,
      mayCall(who, method), shareOpens(who, ask) == nil
    else { return false }
    let grant = world.grants[ask.grant]
    let named = reached(who, ask).compactMap { $0(grant) }
    guard named.count == 2, named[0].items.isDisjoint(with: named[1].items) else { return false }
    ask.recipient = false
    return shareOpens(who, ask) != nil
  }

  func ingestOpens(
    _ who: Who, _ ask: World.DataAsk, _ grant: World.Grant, _ items: Set<Int>
  ) -> Bool {
    if grant.isForged || ask.entry != grant.entry || !isReviewed(grant) { return false }
    if !isCovered(who, ask, grant, items) { return false }
    return reached(who, ask).allSatisfy { $0(grant).map { items.isSubset(of: $0.items) } ?? false }
  }

  private func isCovered(
    _ who: Who, _ ask: World.DataAsk, _ grant: World.Grant, _ items: Set<Int>
  ) -> Bool {
    who.body == grant.grantee && (grant.systems.isEmpty || grant.systems.contains(who.system))
      && grant.days >= 0 && grant.ways.contains(ask.way) && ask.purpose == grant.purpose
      && items.isSubset(of: grant.items)
  }

  /// Whom the answer reaches beyond the grantee at home, each with where a grant would have to name it.
  private func reached(
    _ who: Who, _ ask: World.DataAsk
  ) -> [(World.Grant) -> World.Recipient?] {
    var reached: [(World.Grant) -> World.Recipient?] = []
    let region = world.bodies[who.body].systems[who.system].region
    func holds(_ recipient: World.Recipient) -> Bool { (recipient.days ?? 0) >= 0 }
    if region != "", region != "CN" {
      reached.append { grant in
        grant.recipients.first { $0.system == who.system && $0.region == region && holds($0) }
      }
    }
    if ask.recipient {
      reached.append { grant in grant.recipients.first { $0.system == nil && holds($0) } }
    }
    return reached
  }

  // MARK: AC-43, AC-44, AC-55

  func isReviewed(_ grant: World.Grant) -> Bool {
    let entry = world.entries[grant.entry]
    guard let opinions = grant.opinions else {
      return entry.standing == .published && entry.owner == grant.source
        && grant.recipients.isEmpty
        && grant.items.allSatisfy { entry.items[$0].type == .unconditional }
    }
    for opinion in opinions {
      let isSide = opinion.body == grant.source || opinion.body == grant.authority
      if !isSide || opinion.body == grant.grantee { return false }
      if !opinion.isOnThis || !opinion.hasItsTerms { return false }
      if !grant.items.isSubset(of: opinion.approved) { return false }
      for given in grant.recipients {
        let place = opinion.asked.firstIndex { $0.system == given.system }
        guard let place, opinion.consentsTo[place] else { return false }
        let asked = opinion.asked[place]
        if asked.region != given.region || asked.days != given.days { return false }
        if !given.items.isSubset(of: asked.items) { return false }
      }
    }
    let people = Set(opinions.map { [$0.body, $0.person] })
    if people.count < opinions.count { return false }
    let isSensitive = opinions.contains { !$0.sensitive.isDisjoint(with: grant.items) }
    let asksAuthority = ["meizhou-specific-2021", "guangdong-2018"].contains(entry.profile)
    let (source, above) = (isSensitive ? 2 : 1, asksAuthority ? 1 : 0)
    return opinions.count { $0.body == grant.source } >= source
      && opinions.count { $0.body == grant.authority } >= above
      && people.count >= source + above
  }
}
