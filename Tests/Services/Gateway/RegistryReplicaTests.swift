// One registry in several hands: requests that come again, and replicas that learn of each other.

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

@Suite(
  "The registry does a request once, and every replica knows it",
  .timeLimit(.minutes(10 * patience)))
struct RegistryReplicaTests {
  @Test("the same request is answered alike and done once; other content under its id is refused")
  func replays() async throws {
    try await withNode { node in
      let head = try node.registry("civil-affairs/li")
      let request = RegistryV1.RegisterPersonRequest.with {
        $0.person = .with {
          $0.name = "departments/civil-affairs/persons/ma"
          $0.title = "马"
          $0.roles = ["dept-officer"]
        }
        $0.requestID = "r-1"
      }
      let first = try await head.registerPerson(request)
      let version = node.gateway.directory.version
      #expect(try await head.registerPerson(request) == first)
      #expect(node.gateway.directory.version == version)
      var other = request
      other.person?.title = "马二"
      let changed = other
      let conflict = await refusal { try await head.registerPerson(changed) }
      #expect(conflict?.reason == "registry.request_id_reused")
      var bad = request
      bad.requestID = "有"
      let malformed = bad
      let refused = await refusal { try await head.registerPerson(malformed) }
      #expect(refused?.code == .invalidArgument)
      #expect(refused?.trailers["weir-field"] == "request_id")
      var nameless = request
      nameless.requestID = ""
      let unnamed = nameless
      let missing = await refusal { try await head.registerPerson(unnamed) }
      #expect(missing?.code == .invalidArgument)
      #expect(missing?.reason == "request.request_id_missing")
      // Another caller's request of the same id is another request.
      let bureau = try node.registry("data-bureau/wu")
      let taken = await refusal { try await bureau.registerPerson(request) }
      #expect(taken?.reason == "registry.already_exists")
    }
  }

  @Test("an answer is not given again to who has lost the reach for it")
  func replayWithoutReach() async throws {
    try await withNode { node in
      let bureau = try node.registry("data-bureau/wu")
      func become(_ roles: [String]) async throws {
        _ = try await bureau.setPersonRoles(
          .with {
            $0.requestID = fresh()
            $0.name = "departments/data-bureau/persons/wu"
            $0.roles = roles
          })
      }
      try await become(["authority", "dept-head"])
      let request = RegistryV1.RegisterPersonRequest.with {
        $0.person = .with {
          $0.name = "departments/civil-affairs/persons/ma"
          $0.title = "马"
          $0.roles = ["dept-officer"]
        }
        $0.requestID = "r-1"
      }
      let first = try await bureau.registerPerson(request)
      #expect(try await bureau.registerPerson(request) == first)
      try await become(["dept-head"])
      let refused = await refusal { try await bureau.registerPerson(request) }
      #expect(refused?.reason == "registry.not_your_department")
    }
  }

  @Test("another replica's changes are followed")
  func followers() async throws {
    try await withNode { node in
      let behind = RegistryDirectory(try await node.store.snapshot())
      _ = try await node.registry("data-bureau/wu").setDepartmentState(
        .with {
          $0.requestID = fresh()
          $0.name = "departments/justice"
          $0.state = .disabled
          $0.reason = "merged"
        })
      #expect(behind.department(try code("justice"))?.state == .active)
      try await behind.refresh(from: node.store)
      #expect(behind.department(try code("justice"))?.state == .disabled)
      #expect(behind.version == node.gateway.directory.version)
    }
  }

  @Test("a replica that writes itself still learns what another wrote before")
  func writingFollower() async throws {
    try await withNode { node in
      let behind = RegistryDirectory(try await node.store.snapshot())
      let start = behind.version
      for (name, state) in [("justice", RegistryV1.State.disabled), ("civil-affairs", .disabled)] {
        _ = try await node.registry("data-bureau/wu").setDepartmentState(
          .with {
            $0.requestID = fresh()
            $0.name = "departments/" + name
            $0.state = state
            $0.reason = "merged"
          })
      }
      // The second change is the replica's own, which it takes in before it has looked for the first.
      let own = try #require(try await node.store.changes(after: start + 1)).rows
      behind.apply(own)
      #expect(behind.department(try code("civil-affairs"))?.state == .disabled)
      #expect(behind.department(try code("justice"))?.state == .active)
      try await behind.refresh(from: node.store)
      #expect(behind.department(try code("justice"))?.state == .disabled)
      #expect(behind.version == node.gateway.directory.version)
    }
  }
}
