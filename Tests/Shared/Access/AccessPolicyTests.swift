// The authorizer: its rules one by one, and its two implementations against a third, blunt one.

import Access
import TestSupport
import Testing
import Vocabulary

@Suite("AC-03 AC-05 who may call a method")
struct AccessPolicyTests {
  private func refusal(_ caller: Caller, _ method: MethodAccess) -> AccessRefusal? {
    guard case .refused(let refusal) = AccessPolicy.decide(caller, method) else { return nil }
    return refusal
  }

  @Test("a method without roles admits any registered caller")
  func noRoles() throws {
    #expect(refusal(try caller([]), rule(person: .none)) == nil)
    #expect(refusal(try caller([], person: nil), rule(person: .none)) == nil)
  }

  @Test("one of the roles suffices, another one does not")
  func roles() throws {
    let method = rule(roles: [.authority, .departmentHead])
    #expect(refusal(try caller([.departmentHead]), method) == nil)
    #expect(refusal(try caller([.departmentHead, .departmentOfficer]), method) == nil)
    #expect(
      refusal(try caller([.departmentOfficer]), method)
        == .roleMissing(needed: [.authority, .departmentHead]))
    #expect(refusal(try caller([]), method) == .roleMissing(needed: [.authority, .departmentHead]))
  }

  @Test("a stated person suffices for STATED, their own certificate is asked by CERTIFICATE")
  func persons() throws {
    #expect(refusal(try caller(byPerson: false, stated: .officer), rule(person: .stated)) == nil)
    // A name that nobody stated is no person.
    #expect(refusal(try caller(byPerson: false), rule(person: .stated)) == .personRequired)
    #expect(refusal(try caller(person: nil), rule(person: .stated)) == .personRequired)
    #expect(refusal(try caller(byPerson: true), rule(person: .certificate)) == nil)
    #expect(
      refusal(try caller(byPerson: false, stated: .officer), rule(person: .certificate))
        == .personCertificateRequired)
    #expect(refusal(try caller(person: nil), rule(person: .certificate)) == .personRequired)
  }

  @Test("AC-03 a system opens nothing to a person who could not do it in person")
  func statedRoles() throws {
    let system = { (stated: Set<Role>) in
      try caller([.departmentSystem], byPerson: false, stated: StatedPerson(roles: stated))
    }
    let method = rule(roles: [.departmentSystem, .departmentOfficer])
    #expect(refusal(try system([.departmentOfficer]), method) == nil)
    #expect(
      refusal(try system([.departmentSecurity]), method)
        == .stated(.roleMissing(needed: [.departmentOfficer])))
    #expect(
      refusal(try system([]), method) == .stated(.roleMissing(needed: [.departmentOfficer])))
    // Nor does the person's role open to a system what no system may.
    let personal = rule(roles: [.departmentOfficer])
    #expect(
      refusal(try system([.departmentOfficer]), personal)
        == .roleMissing(needed: [.departmentOfficer]))
    #expect(refusal(try system([]), rule(roles: [.departmentSystem])) == nil)
    #expect(refusal(try system([]), rule()) == nil)
  }

  @Test("no role and no certificate reaches an internal method")
  func internalMethods() throws {
    let everything = try caller(Set(Role.allCases))
    let path = "/weir.share.v1.Share/Lookup"
    #expect(refusal(everything, rule(isInternal: true)) == .internalMethod(path))
    #expect(refusal(everything, rule(via: ["/a.B/C"])) == .internalMethod(path))
    #expect(refusal(everything, rule(via: ["/a.B/C"], isInternal: true)) == .internalMethod(path))
  }

  @Test("precedence: internal before person, person before role")
  func precedence() throws {
    let method = rule(roles: [.authority], person: .certificate)
    #expect(
      refusal(try caller([], byPerson: false, stated: .officer), method)
        == .personCertificateRequired)
    #expect(
      refusal(
        try caller([], person: nil), rule(roles: [.authority], person: .stated, isInternal: true))
        == .internalMethod(method.path))
  }

  @Test("reference, compiled form and a blunt model agree on 100,000 random cases")
  func random() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for number in 0..<100_000 {
      let caller = try caller(
        roles(&generator), person: Bool.random(using: &generator) ? "li" : nil,
        byPerson: Bool.random(using: &generator),
        stated: Bool.random(using: &generator) ? StatedPerson(roles: roles(&generator)) : nil)
      let method = rule(
        roles: roles(&generator),
        person: MethodAccess.Person.allCases.randomElement(using: &generator) ?? .none,
        via: Int.random(in: 0..<8, using: &generator) == 0 ? ["/a.B/C"] : [],
        isInternal: Int.random(in: 0..<8, using: &generator) == 0)
      let reference = AccessPolicy.decide(caller, method)
      let compiled = CompiledAccess([method])
        .decide(caller, CompiledAccess.bits(caller.roles), method.path)
      #expect(compiled == reference, "seed \(seed), case \(number)")
      #expect((reference == .admitted) == model(caller, method), "seed \(seed), case \(number)")
    }
  }

  /// The rule again, as counting over every role.
  private func model(_ caller: Caller, _ method: MethodAccess) -> Bool {
    var permitted = method.roles.count == 0
    for role in Role.allCases {
      if caller.roles.contains(role) && method.roles.contains(role) { permitted = true }
    }
    // The person whom a system states holds one of the roles that a person would need.
    if let stated = caller.stated {
      let forPersons = Role.allCases.filter { $0 != .departmentSystem && method.roles.contains($0) }
      if forPersons.count > 0 {
        permitted = permitted && forPersons.contains { stated.roles.contains($0) }
      }
    }
    let needed = method.person == .none ? 0 : method.person == .stated ? 1 : 2
    let brought =
      caller.person == nil ? 0 : caller.isPersonCertificate ? 2 : caller.stated != nil ? 1 : 0
    return permitted && brought >= needed && !(method.isInternal || method.via.count > 0)
  }

  private func roles(_ generator: inout SeededGenerator) -> Set<Role> {
    let count = Int.random(in: 0...3, using: &generator)
    return Set((0..<count).compactMap { _ in Role.allCases.randomElement(using: &generator) })
  }

  @Test("the compiled table knows no other path")
  func unknownPath() throws {
    let compiled = CompiledAccess([rule()])
    #expect(compiled.decide(try caller(), 0, "/weir.share.v1.Share/Nothing") == nil)
    #expect(compiled.method("/weir.share.v1.Share/Lookup") == rule())
  }
}
