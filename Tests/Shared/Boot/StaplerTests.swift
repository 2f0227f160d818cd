// The responder asked over HTTP: at half of an answer's life, again after failures, and for each new certificate.

import Crypto
import Foundation
import RPC
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Boot

@Suite("What the responder says of the certificate is kept fresh")
struct StaplerTests {
  private let folder: TemporaryFolder
  private let pki: TestPKI
  private let clock: TestClock
  private let watch: CertificateWatch
  private let responder: OCSPResponder

  init() throws {
    folder = try TemporaryFolder()
    pki = try TestPKI()
    clock = TestClock(Instant(milliseconds: pki.now * 1000))
    let identity = try pki.service("share")
    try Files.write(identity.chainPEM, to: folder.path("cert.pem"), isPrivate: false)
    try Files.write(identity.privateKeyPEM, to: folder.path("key.pem"), isPrivate: true)
    try Files.write(pki.serviceRootPEM, to: folder.path("root.pem"), isPrivate: false)
    watch = try CertificateWatch(
      ServiceConfiguration(
        service: "share", domain: pki.domain, dataFolder: "", keysFolder: "",
        listen: "127.0.0.1:0",
        tls: ServiceConfiguration.TLSFiles(
          certificate: folder.path("cert.pem"), key: folder.path("key.pem"),
          serviceRoot: folder.path("root.pem")),
        evidence: ServiceConfiguration.EvidenceFiles(
          rootPublicKey: "", keyList: "", signingKey: ""),
        policiesFolder: "", calendarsFolder: "", taxonomiesFolder: "", governanceFile: ""),
      now: clock.now)
    responder = try OCSPResponder(
      pki, key: pki.serviceRootKey, good: [watch.current.certificate])
  }

  @Test("openssl's responder is asked by HTTP, and what it says is shown")
  func http() async throws {
    let port = try freeLoopbackPort()
    let place = try #require(HTTPPlace("http://127.0.0.1:\(port)/ocsp"))
    let stapler = Stapler(watch, now: clock.now) { request in
      try await httpPost(place, contentType: "application/ocsp-request", request)
    }
    await #expect(throws: HTTPError.unreachable("Connection refused")) { try await stapler.look() }
    async let served: Void = responder.serve(at: port, requests: 1)
    try await eventually("an answer") {
      clock.pass(seconds: 60)
      try? await stapler.look()
      return watch.current.services.stapledStatus != nil
    }
    try await served
  }

  @Test(
    "an answer serves for half of its life, a failure is tried again after a minute, an answer that ended is dropped"
  )
  func times() async throws {
    let (calls, isDown) = (Counter(), Counter())
    let stapler = Stapler(watch, now: clock.now) { [responder] request in
      calls.add()
      if isDown.value > 0 { throw HTTPError.unreachable("down") }
      return try await responder.answer(request)
    }
    try await stapler.look()
    try await stapler.look()
    #expect(calls.value == 1)
    #expect(watch.current.services.stapledStatus != nil)
    clock.pass(seconds: 11 * 3600)
    try await stapler.look()
    #expect(calls.value == 1)
    isDown.add()
    clock.pass(seconds: 2 * 3600)
    await #expect(throws: HTTPError.unreachable("down")) { try await stapler.look() }
    try await stapler.look()
    #expect(calls.value == 2)
    #expect(watch.current.services.stapledStatus != nil)
    clock.pass(seconds: 12 * 3600)
    await #expect(throws: HTTPError.unreachable("down")) { try await stapler.look() }
    #expect(watch.current.services.stapledStatus == nil)
  }

  @Test("another certificate is asked for at once, and is not shown with the old one's status")
  func renewed() async throws {
    let stapler = Stapler(watch, now: clock.now) { [responder] in try await responder.answer($0) }
    try await stapler.look()
    let identity = try pki.service("share")
    try Files.write(identity.chainPEM, to: folder.path("cert.pem"), isPrivate: false)
    try Files.write(identity.privateKeyPEM, to: folder.path("key.pem"), isPrivate: true)
    #expect(try watch.look() == .renewed)
    #expect(watch.current.services.stapledStatus == nil)
    // The responder does not know it.
    await #expect(throws: StapleError.notGood) { try await stapler.look() }
    #expect(watch.current.services.stapledStatus == nil)
  }

  @Test(
    "a place is http with a host",
    arguments: [
      ("http://ocsp.example", "ocsp.example", "80", "/"),
      ("http://[::1]:8080/a/b", "::1", "8080", "/a/b"),
      ("http://10.0.0.1:81/", "10.0.0.1", "81", "/"),
      ("https://witness.example/a", "witness.example", "443", "/a"),
    ])
  func places(_ text: String, _ host: String, _ port: String, _ path: String) throws {
    let place = try #require(HTTPPlace(text))
    #expect(place.host == host && place.port == port && place.path == path)
    #expect(place.isSecure == text.hasPrefix("https"))
  }

  @Test(
    "anything else is none",
    arguments: [
      "ftp://ocsp.example", "http://", "https://", "http://:80", "http://a:0", "http://a:99999",
      "http://a/b\r\nHost: c", "ocsp.example",
    ])
  func noPlaces(_ text: String) { #expect(HTTPPlace(text) == nil) }

  private final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
  }
}
