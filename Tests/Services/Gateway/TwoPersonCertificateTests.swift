// Who stands behind a person's certificate, over the wire: one man is not two persons.

import Access
import Contracts
import Crypto
import Database
import GatewayHandlers
import GatewayStore
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("A person's certificate takes two persons", .timeLimit(.minutes(10 * patience)))
struct TwoPersonCertificateTests {
  private static let double = "departments/civil-affairs/persons/double"

  /// A person whom a head has made up, and the request for a key of his own.
  private func invented(
    _ node: GatewayNode, by name: String, roles: [String]
  ) async throws -> RegistryV1.IssueCertificateRequest {
    _ = try await node.registry(name).registerPerson(
      .init(
        person: .init(name: Self.double, title: "替", roles: roles), requestID: fresh()))
    return .init(subject: Self.double, csrPem: try Requested().pem, requestID: fresh())
  }

  @Test("a head who registers a second self gets no certificate for it, whatever he signs")
  func secondSelf() async throws {
    try await withNode { node in
      let li = try node.registry("civil-affairs/li")
      var asked = try await invented(node, by: "civil-affairs/li", roles: ["dept-security"])
      let alone = await refusal { try await li.issueCertificate(asked) }
      #expect(alone?.reason == "registry.confirmation_missing")
      #expect(alone?.trailers["weir-article"] == "meizhou-public-2023/39.2b")

      asked.confirmation = try await node.confirmation(of: asked, by: "civil-affairs/li")
      let himself = await refusal { try await li.issueCertificate(asked) }
      #expect(himself?.reason == "registry.confirmation_unfit")

      let question = asked
      let stranger = await refusal {
        try await node.confirmation(of: question, by: "justice/sun")
      }
      #expect(stranger?.reason == "registry.not_your_department")

      // What an officer confirmed of one key, he did not of another.
      asked.confirmation = try await node.confirmation(of: asked, by: "civil-affairs/zhang")
      var other = asked
      other.csrPem = try Requested().pem
      let exchanged = await refusal { try await li.issueCertificate(other) }
      #expect(exchanged?.reason == "decision.statement_differs")
      asked.confirmation?.signature[8] ^= 1
      let forged = await refusal { try await li.issueCertificate(asked) }
      #expect(forged?.reason == "decision.signature_wrong")
      #expect(try await certificates(li).isEmpty)
    }
  }

  @Test("with another's word it is issued once, and the log keeps both statements")
  func twoPersons() async throws {
    try await withNode { node in
      let li = try node.registry("civil-affairs/li")
      var asked = try await invented(node, by: "civil-affairs/li", roles: ["dept-officer"])
      asked.confirmation = try await node.confirmation(of: asked, by: "civil-affairs/zhang")
      let issued = try await li.issueCertificate(asked)
      #expect(try await li.issueCertificate(asked) == issued)
      let entries = try await #require(node.store.database.outbox).read(after: 0, limit: 100)
      let entry = try #require(entries.first { $0.topic == "registry.certificate_issued" })
      let payload = try CanonicalJSON.decodeCanonical(entry.leaf.payload)
      for (member, person) in [("signed", "li"), ("confirmed", "zhang")] {
        let kept = try #require(SignedStatement(payload[member]))
        let stated = try StatedDecision(bytes: kept.statement)
        #expect(stated.personName == "departments/civil-affairs/persons/\(person)")
        #expect(stated.resource == Self.double && stated.texts("roles") == ["dept-officer"])
      }
      // The same word serves for no second certificate.
      asked.requestID = fresh()
      let again = await refusal { try await li.issueCertificate(asked) }
      #expect(again?.reason == "decision.statement_used")
    }
  }

  @Test("the second's certificate must be good by now, and his word a week old at most")
  func staleConfirmation() async throws {
    try await withNode { node in
      let li = try node.registry("civil-affairs/li")
      let asked = try await invented(node, by: "civil-affairs/li", roles: [])
      var late = asked
      late.confirmation = try await node.confirmation(of: asked, by: "civil-affairs/zhang")
      node.clock.pass(milliseconds: 7 * 86_400_000)
      let old = await refusal { try await li.issueCertificate(late) }
      #expect(old?.reason == "decision.out_of_time")

      var revoked = asked
      revoked.confirmation = try await node.confirmation(of: asked, by: "civil-affairs/zhang")
      let zhang = try #require(node.identities["civil-affairs/zhang"]).certificate
      _ = try await li.revokeCertificate(
        .init(
          serial: zhang.serialHex.lowercased(), reason: "lost", requestID: fresh()))
      let unfit = await refusal { try await li.issueCertificate(revoked) }
      #expect(unfit?.reason == "registry.confirmation_unfit")
    }
  }

  @Test(
    "AC-72 AC-93 the authority alone makes no auditor, nor with a colleague's word for an officer")
  func auditors() async throws {
    try await withNode { node in
      let wu = try node.registry("data-bureau/wu")
      var asked = try await invented(node, by: "data-bureau/wu", roles: ["auditor"])
      let alone = await refusal { try await wu.issueCertificate(asked) }
      #expect(alone?.reason == "registry.confirmation_missing")

      func become(_ roles: [String]) async throws {
        _ = try await wu.setPersonRoles(
          .init(name: Self.double, roles: roles, requestID: fresh()))
      }
      try await become(["dept-officer"])
      asked.confirmation = try await node.confirmation(of: asked, by: "data-bureau/jin")
      try await become(["auditor"])
      let changed = await refusal { try await wu.issueCertificate(asked) }
      #expect(changed?.reason == "decision.changed_meanwhile")

      try await become(["dept-officer"])
      asked.confirmation = try await node.confirmation(of: asked, by: "data-bureau/jin")
      _ = try await wu.issueCertificate(asked)
      let late = await refusal { try await become(["auditor"]) }
      #expect(late?.reason == "registry.roles_certified")
      #expect(late?.trailers["weir-article"] == "guangdong-2018/28.1")
    }
  }

  @Test("the holder's own old key answers for the new one, with the head's word beside it")
  func ownKey() async throws {
    try await withNode { node in
      let zhang = "departments/civil-affairs/persons/zhang"
      var asked = RegistryV1.IssueCertificateRequest(
        subject: zhang, csrPem: try Requested().pem, requestID: fresh())
      asked.confirmation = try await node.confirmation(of: asked, by: "civil-affairs/zhang")
      let issued = try await node.registry("civil-affairs/li").issueCertificate(asked)
      #expect(issued.subject == zhang)
    }
  }

  @Test("who takes a right away signs it: revoked, other roles, disabled")
  func unsigned() async throws {
    try await withNode { node in
      let bare = RegistryV1.RegistryClient(try node.channel("civil-affairs/li"))
      let zhang = "departments/civil-affairs/persons/zhang"
      let serial = try #require(node.identities["civil-affairs/zhang"]).certificate.serialHex
      let calls: [() async throws -> Void] = [
        {
          _ = try await bare.revokeCertificate(
            .init(serial: serial.lowercased(), reason: "r", requestID: fresh()))
        },
        { _ = try await bare.setPersonRoles(.init(name: zhang, roles: [], requestID: fresh())) },
        {
          _ = try await bare.disablePerson(
            .init(
              name: zhang, reason: "r", successor: "departments/civil-affairs/persons/li",
              requestID: fresh()))
        },
      ]
      for call in calls {
        #expect(await refusal(call)?.reason == "decision.statement_missing")
      }
      #expect(
        try await node.registry("civil-affairs/zhang").whoAmI(.init()).roles == ["dept-officer"])
    }
  }

  /// The certificates of the second self.
  private func certificates(
    _ registry: RegistryV1.RegistryClient
  ) async throws -> [RegistryV1.Certificate] {
    try await registry.listCertificates(.init(parent: Self.double)).certificates
  }
}
