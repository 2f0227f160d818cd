// Person tokens: one spelling, one system, one key, at most a quarter of an hour (AC-03).

import Access
import Crypto
import TestSupport
import Testing
import Vocabulary

@Suite("AC-03 the person token")
struct PersonTokenTests {
  let pki: TestPKI
  let system: TestPKI.Identity
  let now: Instant
  let li = "departments/civil-affairs/persons/li"

  init() throws {
    pki = try TestPKI()
    system = try pki.system("registers", department: "civil-affairs")
    now = Instant(milliseconds: pki.now * 1000)
  }

  private func refusal(
    _ bytes: [UInt8], verifier: PersonTokenVerifier = PersonTokenVerifier(),
    on connection: TestPKI.Identity? = nil, system name: String = "registers",
    at time: Instant? = nil
  ) throws -> PersonTokenError? {
    let certificate = (connection ?? system).certificate
    let name = try #require(SystemName(name))
    let department = try #require(DepartmentCode("civil-affairs"))
    do throws(PersonTokenError) {
      _ = try verifier.verify(
        bytes, system: name, of: department, certificate: certificate.der,
        fingerprint: certificate.sha256, now: time ?? now)
      return nil
    } catch { return error }
  }

  @Test("four lines and a signature, as PERSON-TOKENS.md shows it")
  func format() throws {
    let token = try PersonToken(bytes: try system.token(for: li, now: now))
    let end = pki.now + 600
    #expect(
      String(decoding: token.signed, as: UTF8.self)
        == "weir-person-token-v1\ndepartments/civil-affairs/systems/registers\n\(li)\n\(end)\n")
    #expect(token.actor.name == li && token.end == Instant(milliseconds: end * 1000))
    let run = "departments/civil-affairs/runs/nightly"
    #expect(try PersonToken(bytes: try system.token(for: run, now: now)).actor.name == run)
  }

  @Test("a good token passes, as often as it is shown")
  func good() throws {
    let verifier = PersonTokenVerifier()
    let token = try system.token(for: li, now: now)
    for _ in 0..<3 { #expect(try refusal(token, verifier: verifier) == nil) }
    #expect(verifier.count == 1)
  }

  @Test("no bit of it can be changed, and none cut off or added; known or not")
  func tampering() throws {
    let verifier = PersonTokenVerifier()
    let token = try system.token(for: li, now: now)
    #expect(try refusal(token, verifier: verifier) == nil)
    for index in token.indices {
      var changed = token
      changed[index] ^= 1 << UInt8(index % 8)
      #expect(try refusal(changed, verifier: verifier) != nil, "byte \(index)")
    }
    for count in token.indices {
      #expect(try refusal(Array(token.prefix(count)), verifier: verifier) != nil, "\(count) bytes")
    }
    #expect(try refusal(token + [0], verifier: verifier) != nil)
    #expect(try refusal(token + [UInt8](repeating: 0, count: 1 << 20)) == .malformed)
    #expect(try refusal([]) == .malformed)
    #expect(verifier.count == 1)
  }

  @Test("its last second is good, its end is not; a quarter of an hour is the most; known or not")
  func ends() throws {
    let verifier = PersonTokenVerifier()
    let token = try system.token(for: li, now: now, seconds: 900)
    let end = now.adding(milliseconds: 900_000)
    #expect(try refusal(token, verifier: verifier) == nil)
    #expect(try refusal(token, verifier: verifier, at: end.adding(milliseconds: -1)) == nil)
    #expect(try refusal(token, verifier: verifier, at: end) == .expired)
    #expect(try refusal(token, at: end) == .expired)
    #expect(try refusal(try system.token(for: li, now: now, seconds: 901)) == .endTooFar)
    // One that was known is held to it too, when the clock is set back.
    #expect(try refusal(token, verifier: verifier, at: now.adding(milliseconds: -1)) == .endTooFar)
    for seconds: Int64 in [Int64.max / 1000 - pki.now, 1 << 50] {
      #expect(try refusal(try system.token(for: li, now: now, seconds: seconds)) != nil)
    }
  }

  @Test(
    "on the connection of another system, or another certificate of the same one, it is nothing")
  func replay() throws {
    let verifier = PersonTokenVerifier()
    let token = try system.token(for: li, now: now)
    #expect(try refusal(token, verifier: verifier) == nil)
    let other = try pki.system("payments", department: "civil-affairs")
    #expect(
      try refusal(token, verifier: verifier, on: other, system: "payments") == .systemDiffers)
    let second = try pki.system("registers", department: "civil-affairs")
    #expect(try refusal(token, verifier: verifier, on: second) == .signature)
    // A token that names the other system, signed with the key of this one.
    let forged = try system.token(
      for: li, now: now, system: "departments/civil-affairs/systems/payments")
    #expect(try refusal(forged, on: other, system: "payments") == .signature)
  }

  @Test("other spellings of the same are none of ours")
  func spellings() throws {
    let name = "departments/civil-affairs/systems/registers"
    let end = pki.now + 600
    for text in [
      "weir-person-token-v1\r\n\(name)\r\n\(li)\r\n\(end)\r\n",
      "weir-person-token-v1\n\(name)\n\(li)\n0\(end)\n",
      "weir-person-token-v1\n\(name)\n\(li)\n+\(end)\n",
      "weir-person-token-v1\n\(name)\n\(li)\n \(end)\n",
      "weir-person-token-v1\n\(name)/\n\(li)\n\(end)\n",
      "weir-person-token-v2\n\(name)\n\(li)\n\(end)\n",
      "weir-person-token-v1\n\(name)\ndepartments/civil-affairs\n\(end)\n",
      "weir-person-token-v1\n\(name)\n\(name)\n\(end)\n",
      "weir-person-token-v1\n\(name)\n\(li)\n-1\n",
      "weir-person-token-v1\n\(name)\n\(li)\n99999999999999999999\n",
    ] {
      let signed = Array(text.utf8)
      #expect(try refusal(signed + (try system.key.sign(signed))) == .malformed, "\(text)")
    }
  }

  @Test("no more are known than may be, and those that ended go first")
  func bounds() throws {
    let verifier = PersonTokenVerifier(mostKnown: 4)
    for seconds: Int64 in 1...40 {
      #expect(
        try refusal(try system.token(for: li, now: now, seconds: seconds), verifier: verifier)
          == nil)
      #expect(verifier.count <= 4)
    }
  }
}
