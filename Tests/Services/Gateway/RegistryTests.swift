// The registry over the wire: who may change what, and that a change holds on the next call.

import Access
import Contracts
import Crypto
import Database
import GatewayHandlers
import GatewayRules
import GatewayStore
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

private let getEntry = "/weir.catalog.v1.Catalog/GetEntry"

/// A key that its holder keeps, and the request for its certificate.
struct Requested {
  let key: P256PrivateKey
  let pem: [UInt8]

  init(wishing uri: String = "spiffe://weir.test/department/data-bureau/person/wu") throws {
    key = try P256PrivateKey(random: SystemRandom())
    let request = try CertificateRequest(
      subject: SubjectName(commonName: "somebody else"), names: CertificateNames(uris: [uri]),
      key: key)
    pem = Array(request.pem.utf8)
  }

  /// The identity of the issued chain.
  func identity(_ issued: RegistryV1.Certificate) throws -> TestPKI.Identity {
    let chain = String(decoding: issued.chainPem, as: UTF8.self)
    return TestPKI.Identity(
      certificate: try Certificate(pem: chain), key: key, chainPEM: chain,
      privateKeyPEM: try key.pem())
  }
}

@Suite("The registry over the wire", .timeLimit(.minutes(10 * patience)))
struct RegistryTests {
  @Test("a department is registered, gets its head, certificate and activation, and then acts")
  func newDepartment() async throws {
    let demand = ActivationDemand.of(document: "hebi-2021")
    try await withNode(demand: demand) { node in
      let bureau = try node.registry("data-bureau/wu")
      let tried = try await bureau.registerDepartment(
        .with {
          $0.requestID = fresh()
          $0.department = water; $0.validateOnly = true
        })
      #expect(tried.etag == "0")
      let unknown = await refusal {
        try await bureau.getDepartment(.with { $0.name = "departments/water" })
      }
      #expect(unknown?.code == .notFound)
      let made = try await bureau.registerDepartment(
        .with {
          $0.requestID = fresh()
          $0.department = water
        })
      #expect(made.state == .disabled && made.kinds == ["水务"])

      for (id, role) in [("he", "dept-head"), ("ou", "dept-officer")] {
        let early = await refusal { try await activate(bureau) }
        #expect(early?.reason == "registry.activation_incomplete")
        #expect(early?.trailers["weir-article"] == "hebi-2021/6.3c")
        _ = try await bureau.registerPerson(
          .with {
            $0.requestID = fresh()
            $0.person = .with {
              $0.name = "departments/water/persons/\(id)"
              $0.title = "某"
              $0.roles = [role]
            }
          })
      }
      let request = try Requested()
      let issued = try await node.issue(to: "departments/water/persons/he", request.pem)
      let head = try request.identity(issued)
      // Only the key of the request is taken; what it wishes to be called is not.
      #expect(head.certificate.uris == ["spiffe://weir.test/department/water/person/he"])
      #expect(
        head.certificate.notAfter - node.pki.now == 30 * 86_400)
      let channel = try node.channel(identity: head)
      let sleeping = await refusal { try await channel.unary(getEntry, []) }
      #expect(sleeping?.reason == "access.department_disabled")
      #expect(try await activate(bureau).state == .active)
      let reply = try await channel.unary(getEntry, [])
      #expect(reply.trailers["x-caller"] == "departments/water/persons/he")
      let me = try await RegistryV1.RegistryClient(channel).whoAmI(.init())
      #expect(me.roles == ["dept-head"] && me.system == "departments/water/systems/workstation")
      #expect(me.certificateSerial == issued.serial)
    }
  }

  private let water = RegistryV1.Department.with {
    $0.name = "departments/water"
    $0.title = "水务局"
    $0.level = .city
    $0.region = "441400"
    $0.kinds = ["水务"]
    $0.authority = "departments/data-bureau"
  }

  private func activate(
    _ bureau: RegistryV1.RegistryClient
  ) async throws -> RegistryV1.Department {
    try await bureau.setDepartmentState(
      .with {
        $0.requestID = fresh()
        $0.name = "departments/water"
        $0.state = .active
        $0.reason = "persons named"
      })
  }

  @Test(
    "a revoked certificate is refused on the next call of the same connection",
    .obligation("meizhou-specific-2021/33d", "luyi-2019/6.i7c"))
  func revocation() async throws {
    try await withNode { node in
      let channel = try node.channel("civil-affairs/zhang")
      _ = try await channel.unary(getEntry, [])
      let serial = try #require(node.identities["civil-affairs/zhang"]).certificate.serialHex
      let revoked = try await node.registry("civil-affairs/li").revokeCertificate(
        .with {
          $0.requestID = fresh()
          $0.serial = serial.uppercased()
          $0.reason = "laptop lost"
        })
      #expect(revoked.revoked && revoked.revokeReason == "laptop lost")
      let refused = await refusal { try await channel.unary(getEntry, []) }
      #expect(refused?.code == .unauthenticated && refused?.reason == "access.certificate_revoked")
      #expect(refused?.message.contains(serial) == true)
      #expect(refused?.message.contains("laptop lost") == true)
      let again = await refusal {
        try await node.registry("civil-affairs/li").revokeCertificate(
          .with {
            $0.requestID = fresh()
            $0.serial = serial
            $0.reason = "laptop lost"
          })
      }
      #expect(again?.reason == "registry.already_revoked")
    }
  }

  @Test("a running stream of a revoked certificate ends within a second or so")
  func revokedStream() async throws {
    try await withNode { node in
      let channel = try node.channel("civil-affairs/zhang")
      let serial = try #require(node.identities["civil-affairs/zhang"]).certificate.serialHex
      let ended = await refusal {
        try await channel.stream(EchoService.wait.path) { stream in
          try await stream.send([1])
          #expect(try await stream.next() == [1])
          _ = try await node.registry("civil-affairs/li").revokeCertificate(
            .with {
              $0.requestID = fresh()
              $0.serial = serial
              $0.reason = "lost"
            })
          _ = try await stream.next()
        }
      }
      #expect(ended?.reason == "access.certificate_revoked")
    }
  }

  @Test(
    "AC-92 a disabled person is refused at once, and the system passes on to the successor",
    .obligation("meizhou-public-2023/39.2b"))
  func disabledPerson() async throws {
    try await withNode { node in
      let li = try node.channel("civil-affairs/li")
      let system = try node.channel("civil-affairs/registers")
      _ = try await li.unary(getEntry, [])
      let stated = try node.stating("departments/civil-affairs/persons/li")
      _ = try await system.unary(getEntry, [], stated)
      let bureau = try node.registry("data-bureau/wu")
      let missing = await refusal {
        try await bureau.disablePerson(
          .with {
            $0.requestID = fresh()
            $0.name = "departments/civil-affairs/persons/li"
            $0.reason = "retired"
          })
      }
      #expect(missing?.code == .invalidArgument)
      #expect(missing?.reason == "registry.successor_missing")
      let disabled = try await bureau.disablePerson(
        .with {
          $0.requestID = fresh()
          $0.name = "departments/civil-affairs/persons/li"
          $0.reason = "retired"
          $0.successor = "departments/civil-affairs/persons/zhang"
        })
      #expect(disabled.successor == "departments/civil-affairs/persons/zhang")
      let refused = await refusal { try await li.unary(getEntry, []) }
      #expect(refused?.reason == "access.person_disabled")
      #expect(refused?.message.contains("zhang") == true)
      let gone = await refusal { try await system.unary(getEntry, [], stated) }
      #expect(gone?.reason == "access.stated_person_disabled")
      #expect(gone?.trailers["weir-next-step"]?.contains("zhang") == true)
      let zhang = try node.stating("departments/civil-affairs/persons/zhang")
      _ = try await system.unary(getEntry, [], zhang)
      // Where nobody succeeds, nobody answers for the system.
      let head = try node.registry("data-bureau/wu")
      _ = try await head.disablePerson(
        .with {
          $0.requestID = fresh()
          $0.name = "departments/civil-affairs/persons/zhang"
          $0.reason = "retired"
        })
      let unanswered = await refusal { try await system.unary(getEntry, [], zhang) }
      #expect(unanswered?.reason == "access.responsible_missing")
    }
  }

  @Test("a disabled workstation stops the department's persons, a disabled system its own calls")
  func disabledSystems() async throws {
    try await withNode { node in
      let head = try node.registry("civil-affairs/li")
      let bureau = try node.registry("data-bureau/wu")
      for (name, caller) in [
        ("registers", "civil-affairs/registers"), ("workstation", "civil-affairs/zhang"),
      ] {
        let channel = try node.channel(caller)
        let options =
          name == "registers"
          ? try node.stating("departments/civil-affairs/persons/zhang") : CallOptions()
        _ = try await channel.unary(getEntry, [], options)
        _ = try await head.setSystemState(
          .with {
            $0.requestID = fresh()
            $0.name = "departments/civil-affairs/systems/\(name)"
            $0.state = .disabled
            $0.reason = "moved"
          })
        let refused = await refusal { try await channel.unary(getEntry, [], options) }
        #expect(refused?.reason == "access.system_disabled")
      }
      // The head works at a workstation too, so the authority has to switch it on again.
      let locked = await refusal { try await head.whoAmI(.init()) }
      #expect(locked?.reason == "access.system_disabled")
      _ = try await bureau.setSystemState(
        .with {
          $0.requestID = fresh()
          $0.name = "departments/civil-affairs/systems/workstation"
          $0.state = .active
          $0.reason = "back"
        })
      _ = try await head.whoAmI(.init())
    }
  }

  @Test("AC-72 excluding roles are refused over the wire, with the article")
  func exclusion() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      let refused = await refusal {
        try await bureau.setPersonRoles(
          .with {
            $0.requestID = fresh()
            $0.name = "departments/operations/persons/zhao"
            $0.roles = ["operator", "auditor"]
          })
      }
      #expect(refused?.code == .permissionDenied && refused?.reason == "registry.roles_exclude")
      #expect(refused?.trailers["weir-article"] == "guangdong-2018/28.1")
      let changed = try await bureau.setPersonRoles(
        .with {
          $0.requestID = fresh()
          $0.name = "departments/operations/persons/zhao"
          $0.roles = ["dept-officer"]
        })
      #expect(changed.roles == ["dept-officer"])
      let me = try await node.registry("operations/zhao").whoAmI(.init())
      #expect(me.roles == ["dept-officer"])
    }
  }

  @Test("a head manages the own department and no other; the operator only looks")
  func scopes() async throws {
    try await withNode { node in
      let sun = try node.registry("justice/sun")
      let foreign = await refusal {
        try await sun.setPersonRoles(
          .with {
            $0.requestID = fresh()
            $0.name = "departments/civil-affairs/persons/zhang"
            $0.roles = []
          })
      }
      #expect(foreign?.reason == "registry.not_your_department")
      let listing = await refusal {
        try await sun.listPersons(.with { $0.parent = "departments/civil-affairs" })
      }
      #expect(listing?.reason == "registry.not_your_department")
      let zhao = try node.registry("operations/zhao")
      let persons = try await zhao.listPersons(.with { $0.parent = "departments/civil-affairs" })
      #expect(persons.persons.map(\.name).count == 2)
      let writing = await refusal {
        try await zhao.registerPerson(
          .with {
            $0.requestID = fresh()
            $0.person = .with { $0.name = "departments/operations/persons/xx" }
          })
      }
      #expect(writing?.reason == "access.role_missing")
    }
  }

  @Test("lists come in pages whose tokens lead to the end, and no other token does")
  func pages() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      var names: [String] = []
      var token = ""
      repeat {
        let place = token
        let page = try await bureau.listDepartments(
          .with {
            $0.pageSize = 1
            $0.pageToken = place
          })
        names += page.departments.map(\.name)
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(
        names
          == ["civil-affairs", "data-bureau", "justice", "operations"].map {
            "departments/\($0)"
          })
      for (size, token) in [(Int32(-1), ""), (1, "%"), (1, "a")] {
        let refused = await refusal {
          try await bureau.listCertificates(
            .with {
              $0.parent = "departments/civil-affairs"
              $0.pageSize = size
              $0.pageToken = token
            })
        }
        #expect(refused?.code == .invalidArgument, "\(size) \(token)")
      }
      let first = try await bureau.listCertificates(
        .with {
          $0.parent = "departments/civil-affairs"
          $0.pageSize = 2
        })
      let rest = try await bureau.listCertificates(
        .with {
          $0.parent = "departments/civil-affairs"
          $0.pageToken = first.nextPageToken
        })
      #expect(first.certificates.count == 2 && rest.certificates.count == 1)
      #expect(rest.nextPageToken.isEmpty && rest.certificates[0].chainPem.isEmpty)
    }
  }

  @Test("every change stands in the outbox with who did it; refusals are handed to their recorder")
  func evidence() async throws {
    try await withNode { node in
      let head = try node.registry("civil-affairs/li")
      _ = try await head.setPersonRoles(
        .with {
          $0.requestID = fresh()
          $0.name = "departments/civil-affairs/persons/zhang"
          $0.roles = ["dept-officer", "dept-security"]
        })
      let outbox = try #require(node.store.database.outbox)
      let entries = try await outbox.read(after: 0, limit: 100)
      #expect(entries.map(\.topic) == ["registry.founded", "registry.roles_changed"])
      let payload = try CanonicalJSON.decodeCanonical(try #require(entries.last).leaf.payload)
      #expect(payload["actor"]?.string == "departments/civil-affairs/persons/li")
      #expect(payload["subject"]?.string == "departments/civil-affairs/persons/zhang")
      #expect(payload["former"]?.string == "dept-officer")
      #expect(payload["roles"]?.string == "dept-officer,dept-security")
      #expect(payload["call"]?.string.map(CallMetadata.isCallID) == true)

      let notes = RefusalNotes()
      let refused = await refusal {
        try await node.channel("civil-affairs/zhang").unary(
          "/weir.catalog.v1.Catalog/ReviewEntry", [])
      }
      #expect(refused != nil)
      let gateway = node.gateway
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await gateway.recordRefusals(in: notes) }
        try await eventually("the refusal to be recorded") { !notes.all.isEmpty }
        group.cancelAll()
      }
      let serial = try #require(node.identities["civil-affairs/zhang"]).certificate.serialHex
      #expect(
        notes.all == ["\(serial) /weir.catalog.v1.Catalog/ReviewEntry access.role_missing"])
    }
  }

  @Test("malformed requests are answered with the field")
  func malformed() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      let cases: [(String, () async throws -> Void)] = [
        ("department.name", { _ = try await bureau.registerDepartment(.init()) }),
        ("name", { _ = try await bureau.getDepartment(.with { $0.name = "departments/X" }) }),
        (
          "state",
          {
            _ = try await bureau.setDepartmentState(
              .with {
                $0.requestID = fresh()
                $0.name = "departments/justice"
              })
          }
        ),
        ("system.name", { _ = try await bureau.registerSystem(.init()) }),
        ("person.name", { _ = try await bureau.registerPerson(.init()) }),
        ("subject", { _ = try await bureau.issueCertificate(.init()) }),
        (
          "csr_pem",
          {
            _ = try await bureau.issueCertificate(
              .with {
                $0.requestID = fresh()
                $0.subject = "departments/justice/persons/sun"
              })
          }
        ),
        (
          "days",
          {
            _ = try await bureau.issueCertificate(
              .with {
                $0.requestID = fresh()
                $0.subject = "departments/justice/persons/sun"
                $0.days = 366
              })
          }
        ),
        (
          "serial",
          {
            _ = try await bureau.revokeCertificate(
              .with {
                $0.requestID = fresh()
                $0.serial = "xyz"
              })
          }
        ),
        ("parent", { _ = try await bureau.listSystems(.init()) }),
      ]
      for (field, call) in cases {
        let refused = await refusal(call)
        #expect(refused?.code == .invalidArgument, "\(field)")
        #expect(refused?.trailers["weir-field"] == field)
      }
    }
  }
}
