// From certificate to caller, the bucket of calls and the thinning of refusals.

import GatewayRules
import Testing
import Vocabulary

@Suite("AC-03 AC-92 every call has a registered system and person behind it")
struct IdentificationTests {
  private let now = Instant(milliseconds: 500)

  private func certificate(
    _ mark: UInt8, _ subject: Principal, from: Int64 = 0, until: Int64 = 1000,
    revoked: Bool = false
  ) -> RegistryChange {
    .certificate(
      RegisteredCertificate(
        fingerprint: [mark], serial: "0\(mark)", subject: subject,
        notBefore: Instant(milliseconds: from), notAfter: Instant(milliseconds: until),
        revocation: revoked ? .init(reason: "lost", time: Instant(milliseconds: 3)) : nil))
  }

  private func snapshot(
    _ change: (inout RegisteredDepartment, inout RegisteredSystem, inout RegisteredPerson) -> Void =
      { _, _, _ in }, revoked: Bool = false
  ) throws -> RegistrySnapshot {
    var affairs = try department("civil-affairs")
    var station = try #require(workstation(of: affairs))
    var li = try member("li", of: "civil-affairs", [.departmentHead])
    change(&affairs, &station, &li)
    let register = RegisteredSystem(
      department: affairs.code, name: try #require(SystemName("registers")), title: "登记",
      responsible: li.id, state: .active, created: now)
    return RegistrySnapshot([
      .department(affairs), .system(station), .system(register), .person(li),
      certificate(1, li.principal, revoked: revoked), certificate(2, register.principal),
      certificate(3, .person(affairs.code, try person("ghost"))),
    ])
  }

  private func refusal(_ snapshot: RegistrySnapshot, _ mark: UInt8) -> IdentityRefusal? {
    guard case .failure(let error) = snapshot.identify(fingerprint: [mark], now: now) else {
      return nil
    }
    return error.refusal
  }

  @Test("a person's certificate: the workstation, the person, the person's roles")
  func persons() throws {
    let identity = try snapshot().identify(fingerprint: [1], now: now).get()
    #expect(identity.system.text == "workstation" && identity.person?.text == "li")
    #expect(identity.isPersonCertificate && identity.roles == [.departmentHead])
  }

  @Test("a system's certificate: the system and its role alone; who acts is stated with each call")
  func systems() throws {
    let identity = try snapshot().identify(fingerprint: [2], now: now).get()
    #expect(identity.system.text == "registers" && identity.person == nil)
    #expect(!identity.isPersonCertificate && identity.roles == [.departmentSystem])
  }

  @Test("every way not to be known")
  func refusals() throws {
    let affairs = try code("civil-affairs")
    let li = try person("li")
    let station = try #require(SystemName("workstation"))
    let register = try #require(SystemName("registers"))
    #expect(refusal(try snapshot(), 9) == .unregistered)
    #expect(refusal(try snapshot(), 3) == .unregistered)
    #expect(
      refusal(try snapshot({ department, _, _ in department.state = .disabled }), 1)
        == .departmentDisabled(affairs))
    #expect(
      refusal(try snapshot({ _, station, _ in station.state = .disabled }), 1)
        == .systemDisabled(affairs, station))
    #expect(refusal(try snapshot({ _, station, _ in station.state = .disabled }), 2) == nil)
    let gone = try snapshot({ _, _, person in
      person.state = .disabled
      person.successor = PersonID("wang")
    })
    #expect(refusal(gone, 1) == .personDisabled(affairs, li, successor: PersonID("wang")))
    #expect(refusal(gone, 2) == .responsibleMissing(affairs, register))
    #expect(
      refusal(try snapshot(revoked: true), 1)
        == .revoked(reason: "lost", at: Instant(milliseconds: 3)))
  }

  @Test("the term: its first millisecond is good, its end is not; revoked is told before expired")
  func terms() throws {
    let li = Principal.person(try code("civil-affairs"), try person("li"))
    var snapshot = try snapshot()
    snapshot.apply(certificate(5, li, from: 100, until: 200))
    func at(_ time: Int64) -> IdentityRefusal? {
      guard
        case .failure(let error) = snapshot.identify(
          fingerprint: [5], now: Instant(milliseconds: time))
      else { return nil }
      #expect(error.certificate?.serial == "05")
      return error.refusal
    }
    #expect(at(99) == .notYetValid(from: Instant(milliseconds: 100)))
    #expect(at(100) == nil && at(199) == nil)
    #expect(at(200) == .expired(at: Instant(milliseconds: 200)))
    snapshot.apply(certificate(5, li, from: 100, until: 200, revoked: true))
    #expect(at(300) == .revoked(reason: "lost", at: Instant(milliseconds: 3)))
  }

  @Test("rows may arrive in any order: the newest state stays")
  func order() throws {
    var old = try member("li", of: "civil-affairs")
    old.version = 4
    var new = old
    new.state = .disabled
    new.version = 5
    for (rows, version) in [([old, new], 5), ([new, old], 4)] as [([RegisteredPerson], Int64)] {
      var snapshot = RegistrySnapshot()
      snapshot.advance(to: 3)
      for row in rows { snapshot.apply(.person(row)) }
      #expect(snapshot.persons[old.principal]?.state == .disabled)
      // Up to the gap: what lies in it is still asked for.
      #expect(snapshot.version == version)
    }
    var snapshot = RegistrySnapshot()
    snapshot.advance(to: 7)
    snapshot.advance(to: 6)
    #expect(snapshot.version == 7)
  }
}

@Suite("A department's rate")
struct TokenBucketTests {
  @Test("the burst passes, the next waits exactly until its token is there")
  func burst() throws {
    let rate = try #require(CallRate(perSecond: 10, burst: 3))
    var bucket = TokenBucket(rate: rate, now: 0)
    for _ in 0..<3 { #expect(bucket.take(now: 0) == nil) }
    #expect(bucket.take(now: 0) == 100)
    #expect(bucket.take(now: 99) == 1)
    #expect(bucket.take(now: 100) == nil)
    #expect(bucket.take(now: 100) == 100)
  }

  @Test("it never holds more than the burst, whatever passes; a clock set back adds nothing")
  func bounds() throws {
    let rate = try #require(CallRate(perSecond: 1000, burst: 2))
    var bucket = TokenBucket(rate: rate, now: 0)
    for now in [Int64.max / 2, Int64.max / 2 - 5] {
      var passed = 0
      while bucket.take(now: now) == nil { passed += 1 }
      #expect(passed == (now == Int64.max / 2 ? 2 : 0))
    }
    #expect(CallRate(perSecond: 0, burst: 1) == nil && CallRate(perSecond: 1, burst: 0) == nil)
  }

  @Test("over a long time the rate is the rate")
  func average() throws {
    let rate = try #require(CallRate(perSecond: 7, burst: 1))
    var bucket = TokenBucket(rate: rate, now: 0)
    let passed = (0..<60_000).count { bucket.take(now: Int64($0)) == nil }
    #expect((420...421).contains(passed))
  }
}

@Suite("A refusal of the registry explains itself")
struct RegistryRefusalTests {
  @Test("each has a reason of its own, both sentences, and an article unless it is about form")
  func all() throws {
    let affairs = try code("civil-affairs")
    let every: [RegistryRefusal] = [
      .malformed(field: "x", .slug), .unknown("x"), .exists("x"),
      .notYourDepartment(affairs, caller: affairs), .ownState(affairs), .authorityUnfit(affairs),
      .authorityExists(affairs),
      .activationIncomplete(
        affairs, missing: [.departmentHead], Citation(document: "hebi-2021", article: "6.3c")),
      .roleUnknown("x", field: "roles"), .roleNotForPersons(.anonymous), .roleNotYours(.operator),
      .rolesExclude(.operator, .auditor), .authorityRoleElsewhere(affairs), .disabled("x"),
      .successorMissing("x"), .successorUnfit("x"), .responsibleUnfit(field: "x"),
      .workstationHasNone("x"), .termTooLong(asked: 9, longest: 1), .alreadyRevoked("x"),
      .requestIDReused("x"), .nothingToCorrect("x"), .authorityStays(affairs),
      .stillAuthority(affairs, of: affairs), .identityNumberInText(field: "x"),
      .renewalTooEarly("x", from: Instant(milliseconds: 0)), .renewalSameKey,
      .renewalsTooMany("x"), .confirmationMissing("x"), .confirmationUnfit("x"),
      .rolesCertified("x", .auditor),
    ]
    #expect(Set(every.map(\.reason)).count == every.count)
    for refusal in every {
      #expect(refusal.reason.hasPrefix("registry."))
      #expect(
        !refusal.sentence.chinese.isEmpty && !refusal.sentence.english.isEmpty, "\(refusal)")
      if refusal.kind == .notAllowed || refusal.kind == .wrongState {
        #expect(refusal.citation != nil, "\(refusal)")
      }
    }
  }
}
