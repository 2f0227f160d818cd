// A node as its operator configures it tells an office's program of what is late: verified by that program, with the node's own key list.

import Boot
import Crypto
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import WeirCLI

@Suite("A webhook of a whole node", .serialized)
struct WebhookNodeTests {
  @Test(
    "what goes up the line reaches the authority's own program, signed by a key of the node's list",
    .enabled(if: Checkout.hasPythonClients))
  func escalation() async throws {
    var demo = try SmallDemo()
    let folder = demo.folder
    let pki = try TestPKI()
    let identity = try pki.service("receiver")
    let address = "https://localhost:\(try unusedPort())/notices"
    try FileManager.default.createDirectory(
      atPath: folder.path("kept"), withIntermediateDirectories: true)
    for (name, text) in [
      ("cert.pem", identity.chainPEM), ("key.pem", identity.privateKeyPEM),
      ("trust.pem", pki.serviceRootPEM),
    ] {
      try text.write(toFile: folder.path(name), atomically: true, encoding: .utf8)
    }
    demo.options.webhooks = [
      .init(
        department: "data-bureau", url: address, trust: folder.path("trust.pem"),
        networks: ["127.0.0.0/8", "::1/128"])
    ]
    let receiver = Mutex<ChildProcess?>(nil)
    // Nobody listens until the story is under way.
    demo.options.duringStep = { step, node in
      guard step == "application" else { return }
      let child = try ChildProcess(
        executable: Checkout.python,
        arguments: [
          Checkout.root.appending(path: "deploy/examples/python/notices.py").path,
          try #require(HTTPPlace(address)).port, folder.path("cert.pem"), folder.path("key.pem"),
          node.keys.keyList, node.keys.evidenceRootPublicKey, address, folder.path("kept"),
        ], log: folder.path("receiver.log"))
      receiver.withLock { $0 = child }
    }
    let outcome = try await demo.play { _ in
      try await eventually("the escalation at the authority's program", within: .seconds(60)) {
        try FileManager.default.contentsOfDirectory(atPath: folder.path("kept"))
          .contains { name in
            let text = try String(contentsOfFile: folder.path("kept/" + name), encoding: .utf8)
            return text.contains(#""notice":"escalation""#)
              && text.contains(#""recipient":"departments/data-bureau""#)
          }
      }
    }
    if let child = receiver.withLock({ $0 }) {
      kill(child.pid, SIGKILL)
      _ = await child.exitStatus()
    }
    #expect(differences(outcome) == [])
  }
}

/// A port that nobody listens on at this moment.
private func unusedPort() throws -> UInt16 {
  var claims = PortClaims()
  defer { claims.release() }
  return try claims.choose(1, random: SystemRandom())[0]
}
