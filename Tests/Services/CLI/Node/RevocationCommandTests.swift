// weir pki revoke, weir pki crl and the renewal of a service's certificate, as an operator runs them.

import Access
import Boot
import Crypto
import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("weir pki revokes and renews service certificates")
struct RevocationCommandTests {
  private let place: TemporaryFolder
  private let keys: KeyFolder

  init() async throws {
    place = try TemporaryFolder()
    keys = KeyFolder(path: place.path("pki"), domain: "weir.test")
    try keys.create(now: systemNow(), random: SystemRandom())
    #expect(
      await weir("issue-service", "share", "--dns", "share.weir.test", "--ip", "10.0.0.5").exit
        == .done)
  }

  private func weir(
    _ command: String, _ arguments: String..., language: String = "en"
  ) async -> (exit: ProgramExit, output: String, errors: String) {
    let recorder = StreamRecorder()
    let exit = await runWeir(
      recorder.surroundings(["pki", command, keys.path] + arguments + ["--lang", language]))
    return (exit, recorder.output, recorder.errors)
  }

  private func share() throws -> Certificate {
    let bytes = try readBytes(keys.serviceCertificate("share"))
    return try Certificate(pem: String(decoding: bytes, as: UTF8.self))
  }

  @Test(
    "a renewal keeps the names unless others are given, and takes the old one back when asked to")
  func renewal() async throws {
    let first = try share()
    #expect(await weir("issue-service", "share").exit == .done)
    let second = try share()
    #expect(second.serialHex != first.serialHex && second.names == first.names)
    #expect(try keys.currentList(.service)?.entries == [])
    #expect(
      await weir("issue-service", "share", "--dns", "other.weir.test", "--revoke-old").exit == .done
    )
    #expect(try share().dnsNames == ["other.weir.test"])
    let revoked = try #require(try keys.currentList(.service)).entries
    #expect(revoked.map(\.serialHex) == [second.serialHex])
    #expect(revoked.map(\.reason) == [.superseded])
  }

  @Test(
    "a certificate is revoked by service or serial; the issuing authority on the other root's list")
  func revoke() async throws {
    let serial = try share().serialHex
    let answer = await weir("revoke", "share", "--reason", "key-compromise", "--output", "json")
    #expect(answer.exit == .done && answer.output.contains(serial))
    let again = await weir("revoke", "--serial", serial.uppercased(), language: "zh")
    #expect(again.exit == .refused && again.errors.contains("已经吊销"))
    #expect(await weir("revoke", "--serial", "abc").exit == .done)
    #expect(try keys.currentList(.service)?.entries.map(\.serialHex) == ["0abc", serial])
    #expect(await weir("revoke", "issuing").exit == .done)
    #expect(try keys.currentList(.department)?.entries.count == 1)
    let pem = try String(contentsOfFile: keys.revocationList(.service), encoding: .utf8)
    #expect(try RevocationList(pem: pem).number == 3)
  }

  @Test("openssl reads the list, verifies it by the root, and refuses the revoked certificate")
  func foreign() async throws {
    #expect(await weir("revoke", "share").exit == .done)
    let list = keys.revocationList(.service)
    let serial = try share().serialHex.uppercased()
    let read = try await runToEnd(
      "openssl", ["crl", "-in", list, "-CAfile", keys.serviceRoot, "-noout", "-text"])
    #expect(read.status == 0 && read.output.contains(serial))
    let verified = try await runToEnd(
      "openssl",
      [
        "verify", "-crl_check", "-CAfile", keys.serviceRoot, "-CRLfile", list,
        keys.serviceCertificate("share"),
      ])
    #expect(verified.status != 0 && verified.output.contains("certificate revoked"))
  }

  @Test("crl signs the same list for a longer time")
  func list() async throws {
    #expect(await weir("revoke", "share").exit == .done)
    let before = try #require(try keys.currentList(.service))
    let answer = await weir("crl", "--days", "800", "--output", "json")
    #expect(answer.exit == .done && answer.output.contains("crl.pem"))
    let after = try #require(try keys.currentList(.service))
    #expect(after.entries == before.entries && after.number == before.number.map { $0 + 1 })
    #expect(after.nextUpdate ?? 0 > before.nextUpdate ?? .max)
  }

  @Test(
    "what cannot be meant is an error of usage",
    arguments: [
      ["revoke"], ["revoke", "share", "--serial", "4f"], ["revoke", "nobody"],
      ["revoke", "--serial", "xyz"], ["revoke", "share", "--reason", "whim"],
      ["revoke", "share", "--days", "0"], ["crl", "--days", "826"], ["crl", "--root", "other"],
    ])
  func usage(_ arguments: [String]) async throws {
    let recorder = StreamRecorder()
    let words = ["pki", arguments[0], keys.path] + arguments.dropFirst()
    #expect(await runWeir(recorder.surroundings(words)) == .usage)
    #expect(try keys.currentList(.service)?.number == 1)
  }

  @Test(
    "the issuing authority is replaced, both are accepted, and the former is withdrawn by reason")
  func issuing() async throws {
    let first = try #require(try keys.issuingAuthorities().first)
    let holder = try keys.issuePrincipal(
      try #require(ResourceName("departments/d-1/persons/p-1")), days: 30, now: systemNow(),
      random: SystemRandom())
    #expect(await weir("withdraw-issuing", language: "zh").errors.contains("没有更换前的签发机构"))
    #expect(await weir("rotate-issuing", "--output", "json").output.contains("issuing 2"))
    #expect(await weir("rotate-issuing").output.contains("issuing 3"))
    let all = try keys.issuingAuthorities()
    #expect(all.map(\.commonName).map { $0.suffix(2) } == [" 3", " 2", "ng"])
    #expect(all.last == first)
    let next = try keys.issuePrincipal(
      try #require(ResourceName("departments/d-1/persons/p-2")), days: 30, now: systemNow(),
      random: SystemRandom())
    #expect(next.issuer == all[0].subject && holder.issuer == first.subject)
    let root = try Certificate(
      pem: String(decoding: try readBytes(keys.departmentRoot), as: UTF8.self))
    let now = systemNow().milliseconds / 1000
    func trusted(_ certificate: Certificate, _ issuer: Certificate, at time: Int64) throws -> Bool {
      let lists = try [keys.currentList(.department)].compactMap { $0 }
      let trust = ServiceTrust(roots: CertificateTrust(roots: [root]), lists: lists)
      return (try? trust.verify(certificate, issuers: [issuer], at: time)) != nil
    }
    #expect(try trusted(holder, first, at: now) && trusted(next, all[0], at: now))
    #expect(await weir("withdraw-issuing").exit == .done)
    #expect(try keys.issuingAuthorities() == [all[0]])
    let revoked = try #require(try keys.currentList(.department)).entries
    #expect(Set(revoked.map(\.serialHex)) == Set(all.dropFirst().map(\.serialHex)))
    #expect(revoked.allSatisfy { $0.reason == .superseded })
    // What was signed under it before stands; from now on nothing is.
    #expect(try trusted(holder, first, at: now - 60))
    #expect(try !trusted(holder, first, at: now + 60))
    #expect(try trusted(next, all[0], at: now + 60))
    // Whose key was stolen vouches for nothing that it ever signed.
    #expect(await weir("rotate-issuing").exit == .done)
    #expect(await weir("withdraw-issuing", "--reason", "key-compromise").exit == .done)
    #expect(try !trusted(next, all[0], at: now - 60))
  }
}
