// Whom systems state: persons and scheduled runs, through the gateway and in the registry (AC-03, AC-92).

import Access
import Contracts
import GatewayRules
import RPC
import TestSupport
import Testing
import Vocabulary

private let getEntry = "/weir.catalog.v1.Catalog/GetEntry"
private let path = "departments/civil-affairs/"

/// A second by the rule; here as long as a busy machine may make of it, and far from the time that the stream would live by
/// itself.
private let soon: Duration = .seconds(30) * patience

@Suite(
  "AC-03 the person behind a system's call, through the gateway",
  .timeLimit(.minutes(10 * patience)))
struct StatedPersonTests {
  private func refused(_ node: GatewayNode, _ options: CallOptions) async throws -> String? {
    let channel = try node.channel("civil-affairs/registers")
    return await refusal { try await channel.unary(getEntry, [], options) }?.reason
  }

  @Test("a person of another department, unknown, or disabled is refused, each by its own reason")
  func persons() async throws {
    try await withNode { node in
      for (actor, expected) in [
        (path + "persons/zhang", String?.none),
        ("departments/justice/persons/sun", "access.stated_person_foreign"),
        (path + "persons/ghost", "access.stated_person_unknown"),
        (path + "runs/ghost", "access.stated_person_unknown"),
        ("departments/justice/runs/ghost", "access.stated_person_foreign"),
      ] {
        let found = try await refused(node, try node.stating(actor))
        #expect(found == expected, "\(actor)")
      }
    }
  }

  @Test("a token with a person's own certificate, cut off, huge, expired, too long, of another key")
  func tokens() async throws {
    try await withNode { node in
      let now = node.clock.now()
      let system = try #require(node.identities["civil-affairs/registers"])
      let zhang = path + "persons/zhang"
      let good = try system.token(for: zhang, now: now)
      let stranger = try node.pki.system("registers", department: "civil-affairs")
      for (token, expected) in [
        (Array(good.dropLast(9)), "access.person_token_signature"),
        (Array(good.prefix(40)), "access.person_token_malformed"),
        (good + [UInt8](repeating: 7, count: 4000), "access.person_token_malformed"),
        (try system.token(for: zhang, now: now, seconds: 0), "access.person_token_expired"),
        (try system.token(for: zhang, now: now, seconds: 901), "access.person_token_end_too_far"),
        (try stranger.token(for: zhang, now: now), "access.person_token_signature"),
        (
          try system.token(for: zhang, now: now, system: path + "systems/workstation"),
          "access.person_token_system_differs"
        ),
      ] {
        var options = CallOptions()
        options.metadata.append(CallMetadata.personToken, bytes: token)
        let found = try await refused(node, options)
        #expect(found == expected)
      }
      let person = try node.channel("civil-affairs/zhang")
      let needless = await refusal {
        try await person.unary(getEntry, [], try node.stating(zhang))
      }
      #expect(needless?.code == .unauthenticated)
      #expect(needless?.reason == "access.person_token_needless")
    }
  }

  @Test("what the person could not do in person, the system does not open")
  func roles() async throws {
    try await withNode { node in
      let commit = "/weir.catalog.v1.Catalog/TestSystem"
      let bureau = try node.registry("data-bureau/wu")
      _ = try await bureau.setPersonRoles(
        .with {
          $0.requestID = fresh()
          $0.name = path + "persons/zhang"
          $0.roles = ["dept-security"]
        })
      let channel = try node.channel("civil-affairs/registers")
      let refused = await refusal {
        try await channel.unary(commit, [], try node.stating(path + "persons/zhang"))
      }
      #expect(refused?.code == .permissionDenied)
      #expect(refused?.reason == "access.stated_role_missing")
      let reply = try await channel.unary(commit, [], try node.stating(path + "persons/li"))
      #expect(reply.trailers["x-caller"] == path + "persons/li")
    }
  }

  @Test("a scheduled run stands for who answers for it, then for the successor; it can be stopped")
  func runs() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      let name = path + "runs/nightly"
      let run = try await bureau.registerRun(
        .with {
          $0.requestID = fresh()
          $0.run = .init(
            name: name, title: "每夜送数", system: path + "systems/registers",
            responsiblePerson: path + "persons/zhang")
        })
      #expect(run.state == .active && run.responsiblePerson == path + "persons/zhang")
      let channel = try node.channel("civil-affairs/registers")
      let options = try node.stating(name)
      var reply = try await channel.unary(getEntry, [], options)
      #expect(reply.trailers["x-caller"] == path + "persons/zhang")
      #expect(reply.trailers["x-shown-by"] == name)
      let who = try await RegistryV1.RegistryClient(channel).whoAmI(.init(), options)
      #expect(who.run == name && who.person == path + "persons/zhang")
      _ = try await bureau.disablePerson(
        .with {
          $0.requestID = fresh()
          $0.name = path + "persons/zhang"
          $0.reason = "retired"
          $0.successor = path + "persons/li"
        })
      reply = try await channel.unary(getEntry, [], options)
      #expect(reply.trailers["x-caller"] == path + "persons/li")
      #expect(
        try await bureau.listRuns(.with { $0.parent = "departments/civil-affairs" }).runs.map(
          \.name) == [name])
      _ = try await bureau.setRunState(
        .with {
          $0.requestID = fresh()
          $0.name = name
          $0.state = .disabled
          $0.reason = "over"
        })
      let stopped = try await refused(node, options)
      #expect(stopped == "access.stated_person_disabled")
    }
  }

  @Test("an open stream of a stated person who is disabled ends within a second")
  func openStream() async throws {
    try await withNode { node in
      let channel = try node.channel("civil-affairs/registers")
      let options = try node.stating(path + "persons/zhang")
      let bureau = try node.registry("data-bureau/wu")
      let clock = ContinuousClock()
      let ended = await refusal {
        try await channel.stream(EchoService.wait.path, options) { stream in
          try await eventually("the stream to stand") { node.upstreams[0].waits.value == 1 }
          _ = try await bureau.disablePerson(
            .with {
              $0.requestID = fresh()
              $0.name = path + "persons/zhang"
              $0.reason = "retired"
              $0.successor = path + "persons/li"
            })
          let start = clock.now
          defer { #expect(clock.now - start < soon) }
          _ = try await stream.next()
        }
      }
      #expect(ended?.reason == "access.stated_person_disabled")
    }
  }
}

@Suite("AC-92 a disabled department is cut at once", .timeLimit(.minutes(10 * patience)))
struct DisabledDepartmentTests {
  @Test("its persons and systems on the next call, their open streams within a second")
  func all() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      let person = try node.channel("civil-affairs/zhang")
      let system = try node.channel("civil-affairs/registers")
      let options = try node.stating(path + "persons/zhang")
      let other = try node.channel("justice/sun")
      _ = try await person.unary(getEntry, [])
      _ = try await system.unary(getEntry, [], options)
      let clock = ContinuousClock()
      let ended = try await withThrowingTaskGroup(of: (Status?, ContinuousClock.Instant).self) {
        group in
        for (channel, options) in [(person, CallOptions()), (system, options)] {
          group.addTask {
            let ended = await refusal {
              try await channel.stream(EchoService.wait.path, options) { try await $0.next() }
            }
            return (ended, clock.now)
          }
        }
        try await eventually("both streams to stand") { node.upstreams[0].waits.value == 2 }
        _ = try await bureau.setDepartmentState(
          .with {
            $0.requestID = fresh()
            $0.name = "departments/civil-affairs"
            $0.state = .disabled
            $0.reason = "merged"
          })
        let cut = clock.now
        for (channel, options) in [(person, CallOptions()), (system, options)] {
          let refused = await refusal { try await channel.unary(getEntry, [], options) }
          #expect(refused?.reason == "access.department_disabled")
        }
        var reasons: [String?] = []
        for try await (status, time) in group {
          reasons.append(status?.reason)
          #expect(time - cut < soon)
        }
        return reasons
      }
      #expect(ended == ["access.department_disabled", "access.department_disabled"])
      _ = try await other.unary(getEntry, [])
    }
  }
}

@Suite("AC-03 whom a system may state")
struct StatementRuleTests {
  private let now = Instant(milliseconds: 500)

  private func refusal(
    _ actor: String, by system: String = "registers",
    _ change: (inout ScheduledRun, inout RegisteredPerson) -> Void = { _, _ in }
  ) throws -> StatementRefusal? {
    let affairs = try department("civil-affairs")
    var li = try member("li", of: "civil-affairs")
    var run = ScheduledRun(
      department: affairs.code, name: try #require(RunName("nightly")),
      system: try #require(SystemName("registers")), title: "每夜", responsible: li.id,
      state: .active, created: now)
    change(&run, &li)
    let snapshot = RegistrySnapshot([
      .department(affairs), .person(li), .run(run), .person(try member("wu", of: "civil-affairs")),
    ])
    let actor = try #require(StatedActor(actor))
    guard
      case .failure(let refusal) = snapshot.stated(
        actor, by: try #require(SystemName(system)), of: affairs.code)
    else { return nil }
    return refusal
  }

  @Test("every way in which a statement is not taken, in order")
  func refusals() throws {
    let (person, run) = (path + "persons/li", path + "runs/nightly")
    let (li, nightly) = (try #require(StatedActor(person)), try #require(StatedActor(run)))
    #expect(try refusal(person) == nil)
    #expect(try refusal(run) == nil)
    let foreign = try #require(StatedActor("departments/justice/persons/li"))
    #expect(try refusal(foreign.name) == .foreign(foreign))
    let ghost = try #require(StatedActor(path + "runs/ghost"))
    #expect(try refusal(ghost.name) == .unknown(ghost))
    #expect(
      try refusal(run, by: "payments") { run, _ in run.state = .disabled }
        == .runElsewhere(nightly, try #require(SystemName("registers"))))
    #expect(
      try refusal(run) { run, _ in run.state = .disabled } == .disabled(nightly, successor: nil))
    let gone = { (_: inout ScheduledRun, li: inout RegisteredPerson) in li.state = .disabled }
    #expect(try refusal(person, gone) == .disabled(li, successor: nil))
    #expect(try refusal(run, gone) == .runUnanswered(nightly))
    let succeeded = { (_: inout ScheduledRun, li: inout RegisteredPerson) in
      li.state = .disabled
      li.successor = PersonID("wu")
    }
    // A run goes on with the successor, nobody acts in the name of who is gone.
    #expect(try refusal(run, succeeded) == nil)
    #expect(try refusal(person, succeeded) == .disabled(li, successor: PersonID("wu")))
  }

  @Test("registering a run: reach, name, title, system, who answers, in this order")
  func registration() throws {
    let affairs = try department("civil-affairs")
    let li = try member("li", of: "civil-affairs")
    let system = RegisteredSystem(
      department: affairs.code, name: try #require(SystemName("registers")), title: "登记",
      responsible: li.id, state: .active, created: now)
    let run = ScheduledRun(
      department: affairs.code, name: try #require(RunName("nightly")), system: system.name,
      title: "每夜", responsible: li.id, state: .active, created: now)
    var untitled = run
    untitled.title = ""
    func check(
      _ run: ScheduledRun, existing: ScheduledRun? = nil, system: RegisteredSystem?,
      responsible: RegisteredPerson?, by: RegistryManager
    ) -> String? {
      reason { () throws(RegistryRefusal) in
        try requireRegistrable(
          run, in: affairs, existing: existing, system: system, responsible: responsible, by: by)
      }
    }
    let head = try manager(affairs)
    let stranger = try manager(try department("justice"))
    #expect(check(run, system: system, responsible: li, by: head) == nil)
    #expect(
      check(untitled, existing: run, system: nil, responsible: nil, by: stranger)
        == "registry.not_your_department")
    #expect(
      check(untitled, existing: run, system: nil, responsible: nil, by: head)
        == "registry.already_exists")
    #expect(check(untitled, system: nil, responsible: nil, by: head) == "registry.malformed")
    #expect(check(run, system: nil, responsible: nil, by: head) == "registry.not_found")
    let station = try #require(workstation(of: affairs))
    #expect(check(run, system: station, responsible: li, by: head) == "registry.not_found")
    var gone = li
    gone.state = .disabled
    for nobody in [nil, gone] {
      #expect(
        check(run, system: system, responsible: nobody, by: head) == "registry.responsible_unfit")
    }
  }
}
