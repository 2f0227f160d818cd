// Service certificates of a whole node, renewed and revoked while it runs.

import Boot
import Crypto
import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("A node's certificates are renewed and revoked without a restart (AC-05)", .serialized)
struct CertificateTests {
  private func weir(
    _ arguments: String..., in data: String
  ) async -> (exit: ProgramExit, output: String, errors: String) {
    await EndToEndTests.weir(
      arguments, environment: ["WEIR_DATA": data, "WEIR_AS": "data-bureau/chen"])
  }

  /// The serial of what a listener shows, by openssl.
  private func shown(_ address: String) async throws -> String? {
    let answer = try await runToEnd(
      "openssl", ["s_client", "-connect", address, "-alpn", "h2", "-tls1_3"]
    ).output
    guard let start = answer.range(of: "-----BEGIN CERTIFICATE"),
      let end = answer.range(of: "-----END CERTIFICATE-----")
    else { return nil }
    return try Certificate(pem: String(answer[start.lowerBound..<end.upperBound])).serialHex
  }

  private func serial(_ service: String, _ keys: KeyFolder) throws -> String {
    let bytes = try readBytes(keys.serviceCertificate(service))
    return try Certificate(pem: String(decoding: bytes, as: UTF8.self)).serialHex
  }

  @Test("a department's client does not speak to a gateway whose certificate was revoked")
  func revokedGateway() async throws {
    let folder = try TemporaryFolder()
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      let data = folder.path("node")
      // As an office has it that was sent the list: the node's own is another.
      let office = KeyFolder(path: folder.path("office"), domain: node.keys.domain)
      try Files.makeFolder(office.path)
      try FileManager.default.copyItem(
        atPath: node.keys.path + "/service-root", toPath: office.path + "/service-root")
      Files.remove(office.revocationList(.service))
      func call(_ list: String?) async -> (exit: ProgramExit, output: String, errors: String) {
        let own = node.keys.principalFolder("departments/data-bureau/persons/chen")
        return await EndToEndTests.weir(
          [
            "department", "whoami", "--gateway", node.ready.gateway, "--cert", own + "/cert.pem",
            "--key", own + "/key.pem", "--ca", node.keys.serviceRoot,
          ] + (list.map { ["--crl", $0] } ?? []))
      }
      let now = systemNow()
      let list = office.revocationList(.service)
      try office.signRevocationList(.service, revoking: try serial("feedback", node.keys), now: now)
      #expect(await call(list).exit == .done)
      try office.signRevocationList(.service, revoking: try serial("gateway", node.keys), now: now)
      let refused = await call(list)
      #expect(refused.exit == .tryAgain && refused.errors.contains("revoked"), "\(refused.errors)")
      #expect(await call(nil).exit == .done)
      // In a data folder the folder's own list is looked into, unless another is named.
      #expect(await weir("department", "whoami", in: data).exit == .done)
      #expect(await weir("department", "whoami", "--crl", list, in: data).exit != .done)
      #expect(await call(folder.path("missing.pem")).exit != .done)
    }
  }

  @Test("all six are renewed while calls go on, and none of these is lost")
  func renewed() async throws {
    let folder = try TemporaryFolder()
    let data = folder.path("node")
    try await withNode(nodeOptions(folder), tell: { _ in }) { _ in
      let ready = try ReadyFile.load(path: data + "/ready")
      let keys = KeyFolder(path: data + "/pki", domain: "")
      for service in ServiceConfiguration.services {
        #expect(await weir("pki", "issue-service", keys.path, service, in: data).exit == .done)
      }
      var calls = 0
      try await eventually("every listener to show its new certificate") {
        // Over the gateway, by a ticket that it signs, and on to Catalog.
        let listed = await weir("catalog", "list", in: data)
        #expect(listed.exit == .done, "\(listed.errors)")
        calls += 1
        for service in ServiceConfiguration.services {
          let address = ready.internal[service] ?? ""
          guard try await shown(address) == serial(service, keys) else { return false }
        }
        return try await shown(ready.gateway) == serial("gateway", keys)
      }
      for _ in 0..<3 { #expect(await weir("catalog", "list", in: data).exit == .done) }
      #expect(calls > 0)
    }
  }

  @Test("a revoked certificate is cut off at once, told why, and a new one is taken")
  func revoked() async throws {
    let folder = try TemporaryFolder()
    let data = folder.path("node")
    let pki = data + "/pki"
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      #expect(await node.client.isServing("share"))
      let answer = await weir(
        "pki", "revoke", pki, "node", "--reason", "key-compromise", "--output", "json", in: data)
      #expect(answer.exit == .done && answer.output.contains("key-compromise"))
      try await eventually("the services to refuse it") {
        !(await node.client.isServing("share"))
      }
      let ill = await weir("doctor", in: data)
      #expect(ill.exit == .fault && ill.output.contains("1 revoked"))
      // Nobody else is touched.
      #expect(await weir("catalog", "list", in: data).exit == .done)
      let again = await weir("pki", "revoke", pki, "node", in: data)
      #expect(again.exit == .refused && again.errors.contains("already revoked"))
      #expect(await weir("pki", "issue-service", pki, "node", in: data).exit == .done)
      try await eventually("the services to take the new one") {
        await weir("doctor", in: data).exit == .done
      }
    }
  }

  @Test(
    "the issuing authority is replaced while calls go on; holders renew over RPC, the former is cut off"
  )
  func issuing() async throws {
    let folder = try TemporaryFolder()
    let data = folder.path("node")
    let pki = data + "/pki"
    try await withNode(nodeOptions(folder), tell: { _ in }) { _ in
      let own = pki + "/departments/data-bureau/persons/chen"
      #expect(!(await weir("catalog", "list", in: data).errors.contains("renew")))
      let early = await weir("department", "certificate", "renew", in: data)
      #expect(early.exit == .refused, "\(early.errors)")
      #expect(await weir("pki", "rotate-issuing", pki, in: data).exit == .done)
      try await eventually("the gateway to tell holders that they are to renew") {
        let listed = await weir("catalog", "list", in: data)
        #expect(listed.exit == .done, "\(listed.errors)")
        return listed.errors.contains("certificate renew")
      }
      let renewed = await weir("department", "certificate", "renew", in: data)
      #expect(renewed.exit == .done, "\(renewed.errors)")
      let present = try #require(
        try KeyFolder(path: pki, domain: "").issuingAuthorities().first)
      let chain = try Certificate.all(
        pem: String(decoding: try readBytes(own + "/cert.pem"), as: UTF8.self))
      #expect(chain.map(\.issuer).first == present.subject && chain.last == present)
      #expect(!Files.exists(own + "/key.pem.new"))
      let listed = await weir("catalog", "list", in: data)
      #expect(listed.exit == .done && !listed.errors.contains("certificate renew"))
      let former = [
        "catalog", "list", "--gateway", try ReadyFile.load(path: data + "/ready").gateway,
        "--cert", own + "/cert.pem.former", "--key", own + "/key.pem.former", "--ca",
        pki + "/service-root/ca.pem",
      ]
      let old = await EndToEndTests.weir(former, environment: [:])
      #expect(old.exit == .done, "\(old.errors)")
      #expect(await weir("pki", "withdraw-issuing", pki, in: data).exit == .done)
      try await eventually("what the former issued to be refused") {
        await EndToEndTests.weir(former, environment: [:]).exit != .done
      }
      #expect(await weir("catalog", "list", in: data).exit == .done)
    }
  }

  @Test("a certificate goes out as PKCS#12 for Java, new form and old; openssl reads both")
  func export() async throws {
    let folder = try TemporaryFolder()
    let keys = KeyFolder(path: folder.path("pki"), domain: "weir.test")
    try keys.create(now: systemNow(), random: SystemRandom())
    let name = try #require(ResourceName("departments/d-1/systems/pensions"))
    let issued = try keys.issuePrincipal(
      name, days: 30, now: systemNow(), random: SystemRandom())
    let secret = folder.path("secret")
    try Files.write("一个口令abc\nsecond line", to: secret, isPrivate: true)
    let out = folder.path("out.p12")
    for form in [[], ["--legacy"]] {
      let answer = await EndToEndTests.weir(
        ["pki", "export", keys.principalFolder(name.text), "--out", out, "--password-file", secret]
          + form, environment: [:])
      #expect(answer.exit == .done, "\(answer.errors)")
      // Read by a program not ours: both certificates, and the key that fits.
      let read = try await runToEnd(
        "openssl",
        ["pkcs12", "-in", out, "-passin", "file:" + secret, "-nodes"]
          + (form.isEmpty ? [] : ["-legacy"]))
      #expect(read.status == 0, "\(read.output)")
      #expect(read.output.contains("friendlyName: weir"))
      let blocks = read.output.components(separatedBy: "-----BEGIN CERTIFICATE-----").dropFirst()
      #expect(blocks.count == 2)
      #expect(read.output.contains("PRIVATE KEY-----"))
      #expect(
        read.output.filter { !$0.isWhitespace }.contains(
          issued.pem.split(separator: "\n").dropFirst().dropLast().joined()))
      #expect(
        try FileManager.default.attributesOfItem(atPath: out)[.posixPermissions] as? Int == 0o600)
    }
    try Files.write("short", to: secret, isPrivate: true)
    let short = await EndToEndTests.weir(
      ["pki", "export", keys.principalFolder(name.text), "--out", out, "--password-file", secret],
      environment: [:])
    #expect(short.exit == .usage && short.errors.contains("6 bytes"))
  }
}
