// Certificate files changed under a running process: what is taken, what is not, and when that is told.

import Crypto
import Foundation
import RPC
import TestSupport
import Testing
import Vocabulary

@testable import Boot

@Suite("Certificates are renewed from their files only when they fit together")
struct CertificateWatchTests {
  private let folder: TemporaryFolder
  private let keys: KeyFolder
  private let random = SeededRandom(seed: 1)
  private let clock = TestClock()
  private let watch: CertificateWatch
  private let taken = Taken()

  /// The serial numbers that were handed on.
  private final class Taken: Sendable {
    private let box = AsyncStream.makeStream(of: String.self)
    func note(_ serial: String) { box.continuation.yield(serial) }
    func all() async -> [String] {
      box.continuation.finish()
      return await box.stream.reduce(into: []) { $0.append($1) }
    }
  }

  init() throws {
    folder = try TemporaryFolder()
    keys = KeyFolder(path: folder.path("pki"), domain: "weir.test")
    try keys.create(now: clock.now(), random: random)
    try keys.issueService(
      "share", dnsNames: ["localhost"], ipAddresses: [], days: 30, now: clock.now(), random: random)
    watch = try CertificateWatch(Self.configuration(keys), now: clock.now)
    watch.onRenewal { [taken] in taken.note($0.certificate.serialHex) }
  }

  private static func configuration(_ keys: KeyFolder) -> ServiceConfiguration {
    ServiceConfiguration(
      service: "share", domain: keys.domain, dataFolder: "", keysFolder: "", listen: "127.0.0.1:0",
      tls: ServiceConfiguration.TLSFiles(
        certificate: keys.serviceCertificate("share"), key: keys.serviceKey("share"),
        serviceRoot: keys.serviceRoot, departmentRoot: keys.departmentRoot,
        serviceRevocationList: keys.revocationList(.service),
        departmentRevocationList: keys.revocationList(.department)),
      evidence: ServiceConfiguration.EvidenceFiles(rootPublicKey: "", keyList: "", signingKey: ""),
      policiesFolder: "", calendarsFolder: "", taxonomiesFolder: "", governanceFile: "",
      issuing: ServiceConfiguration.IssuingFiles(
        certificate: keys.issuingCertificate, key: keys.issuingKey))
  }

  private func issue(days: Int = 30, now: Instant? = nil) throws {
    try keys.issueService(
      "share", dnsNames: ["localhost"], ipAddresses: [], days: days, now: now ?? clock.now(),
      random: random)
  }

  @Test("nothing happens while nothing changes; a renewed pair is handed on once")
  func renewed() async throws {
    #expect(try watch.look() == .unchanged)
    let before = watch.current.certificate.serialHex
    try issue()
    #expect(try watch.look() == .renewed)
    #expect(try watch.look() == .unchanged)
    let now = watch.current.certificate.serialHex
    #expect(now != before)
    #expect(await taken.all() == [now])
  }

  @Test(
    "half a pair is passed over in silence once, then told; the old pair stays, and the whole one is taken"
  )
  func half() async throws {
    let file = keys.serviceCertificate("share")
    let old = try readBytes(file)
    let before = watch.current.certificate
    try issue()
    let new = try readBytes(file)
    try Files.write(old, to: file, isPrivate: false)
    #expect(try watch.look() == .unchanged)
    let refusal = CertificateSetError.keyOfAnother(
      certificate: file, key: keys.serviceKey("share"))
    #expect(try watch.look() == .refused(refusal))
    #expect(watch.refusal == refusal && watch.current.certificate == before)
    try Files.write(new, to: file, isPrivate: false)
    #expect(try watch.look() == .renewed)
    #expect(watch.refusal == nil)
    #expect(await taken.all() == [watch.current.certificate.serialHex])
  }

  @Test("what has ended, has not begun, is of another root, cannot be read or is gone is not taken")
  func unfit() throws {
    let file = keys.serviceCertificate("share")
    func refusal() throws -> CertificateSetError? {
      _ = try watch.look()
      guard case .refused(let error) = try watch.look() else { return nil }
      return error
    }
    let past = clock.now().adding(milliseconds: -40 * 86_400_000)
    try issue(days: 30, now: past)
    #expect(
      try refusal() == .ended(path: file, at: past.adding(milliseconds: 30 * 86_400_000)))
    let later = clock.now().adding(milliseconds: 3_600_000)
    try issue(now: later)
    #expect(
      try refusal() == .notYetValid(path: file, from: later.adding(milliseconds: -300_000)))

    let stranger = KeyFolder(path: folder.path("other"), domain: "weir.test")
    try stranger.create(now: clock.now(), random: random)
    try stranger.issueService(
      "share", dnsNames: [], ipAddresses: [], days: 30, now: clock.now(), random: random)
    try Files.write(
      try readBytes(stranger.serviceKey("share")), to: keys.serviceKey("share"), isPrivate: true)
    try Files.write(try readBytes(stranger.serviceCertificate("share")), to: file, isPrivate: false)
    #expect(try refusal() == .notOfTheRoot(path: file, root: keys.serviceRoot))

    try Files.write("nonsense", to: file, isPrivate: false)
    #expect(try refusal() == .unreadable(path: file, reason: "holds no certificate in PEM"))
    Files.remove(file)
    guard case .unreadable(file, _) = try refusal() else {
      Issue.record("a file that is gone was not noticed")
      return
    }
    try issue()
    #expect(try watch.look() == .renewed)
  }

  @Test("the next list is taken, also one that has ended; another root's and an older one are not")
  func lists() throws {
    let path = keys.revocationList(.service)
    let first = try readBytes(path)
    clock.pass(seconds: 60)
    let serial = watch.current.certificate.serialHex
    try keys.signRevocationList(.service, revoking: serial, days: 1, now: clock.now())
    let second = try readBytes(path)
    #expect(try watch.look() == .renewed)
    #expect(watch.current.serviceLists.first?.revoked[serial] != nil)
    #expect(watch.current.services.revocationListsPEM.count == 1)

    try Files.write(first, to: path, isPrivate: false)
    _ = try watch.look()
    #expect(try watch.look() == .refused(.listOlder(path: path)))
    try Files.write(try readBytes(keys.revocationList(.department)), to: path, isPrivate: false)
    _ = try watch.look()
    #expect(
      try watch.look() == .refused(.listOfAnother(path: path, root: keys.serviceRoot)))
    try Files.write(second, to: path, isPrivate: false)
    #expect(try watch.look() == .unchanged)

    clock.pass(seconds: 2 * 86_400)
    try issue()
    #expect(try watch.look() == .renewed)
  }

  @Test("after twelve hours the same set is handed on again, so that no ticket key lives longer")
  func ticketKeys() async throws {
    let serial = watch.current.certificate.serialHex
    clock.pass(milliseconds: CertificateWatch.ticketKeyMilliseconds - 1)
    #expect(try watch.look() == .unchanged)
    clock.pass(milliseconds: 1)
    #expect(try watch.look() == .renewed)
    #expect(try watch.look() == .unchanged)
    #expect(await taken.all() == [serial])
  }

  @Test("SSLKEYLOGFILE names a file only where the configuration asks for it")
  func keyLog() {
    var files = Self.configuration(keys).tls
    let environment = ["SSLKEYLOGFILE": "/tmp/keys"]
    #expect(files.keyLogFile(environment) == nil)
    files.keyLog = false
    #expect(files.keyLogFile(environment) == nil)
    files.keyLog = true
    #expect(files.keyLogFile(environment) == "/tmp/keys")
    #expect(files.keyLogFile([:]) == nil)
    #expect(watch.current.services.keyLogFile == nil)
  }

  @Test("a process does not begin with what does not fit")
  func start() throws {
    let path = keys.serviceKey("share")
    try Files.write(try P256PrivateKey(random: random).pem(), to: path, isPrivate: true)
    #expect(
      throws: CertificateSetError.keyOfAnother(
        certificate: keys.serviceCertificate("share"), key: path)
    ) { try CertificateWatch(Self.configuration(keys), now: clock.now) }
  }

  @Test(
    "revoking twice is refused, the numbers grow, and a list that another root signed is not replaced"
  )
  func revoking() throws {
    try keys.signRevocationList(
      .service, revoking: "4f2a", reason: .keyCompromise, now: clock.now())
    let list = try #require(try keys.currentList(.service))
    #expect(list.number == 2)
    #expect(
      list.entries == [
        RevokedCertificate(
          serialHex: "4f2a", revokedAt: clock.now().milliseconds / 1000, reason: .keyCompromise)
      ])
    #expect(throws: KeyRevocationError.alreadyRevoked(serial: "4f2a")) {
      try keys.signRevocationList(.service, revoking: "4f2a", now: clock.now())
    }
    let path = keys.revocationList(.service)
    try Files.write(try readBytes(keys.revocationList(.department)), to: path, isPrivate: false)
    #expect(throws: KeyRevocationError.listOfAnother(path: path)) {
      try keys.signRevocationList(.service, now: clock.now())
    }
  }
}
