// RotateSealingKeys and ListSealingKeys: an operator gives what services keep sealed new keys, and sees how far that is (DESIGN section 7).

package import Access
package import Contracts
import Crypto
import Database
import RPC
import Vocabulary

/// How the gateway reaches the seals of each service, its own among them.
package struct SealDesk: Sendable {
  let services: [String]
  let rotate: @Sendable (String, KeysV1.RotateSealsRequest) async throws -> KeysV1.Seals
  let list: @Sendable (String) async throws -> KeysV1.Seals

  package init(
    services: [String],
    rotate: @escaping @Sendable (String, KeysV1.RotateSealsRequest) async throws -> KeysV1.Seals,
    list: @escaping @Sendable (String) async throws -> KeysV1.Seals
  ) {
    self.services = services
    self.rotate = rotate
    self.list = list
  }
}

extension RegistryService {
  private static let reasonBytes = 2_000

  /// Said in the registry's log first; each service then says in its own what it began. A service that cannot be reached is named, and
  /// the order given again finds the others at work.
  package func rotateSealingKeys(
    _ request: RegistryV1.RotateSealingKeysRequest, _ call: CallContext
  ) async throws -> RegistryV1.SealingKeys {
    try await answering(call) {
      let services = try named(request.service)
      guard request.suite.isEmpty || SealSuite(name: request.suite) != nil else {
        throw RequestRefusal.malformed(
          field: "suite",
          expected: BilingualText(
            "aes-256-gcm 或 sm4-ctr-hmac-sm3", "aes-256-gcm or sm4-ctr-hmac-sm3"))
      }
      guard !request.reason.isEmpty, request.reason.utf8.count <= Self.reasonBytes else {
        throw RequestRefusal.malformed(
          field: "reason",
          expected: BilingualText("理由，至多 2000 字节", "a reason of at most 2,000 bytes"))
      }
      let _: RegistryV1.SealingKeys = try await change(
        request, requestID: request.requestID, call, again: { _ in },
        { _ in
          RegistryOutcome(
            reply: RegistryV1.SealingKeys(), rows: [],
            event: RegistryEvent(
              topic: "registry.seal_rotation_ordered", subject: services.joined(separator: " "),
              fields: [("suite", request.suite), ("reason", request.reason)]))
        })
      let order = KeysV1.RotateSealsRequest(
        suite: request.suite, reason: request.reason, actor: call.principal, call: call.callID)
      return try await collect(services) { [seals] in try await seals.rotate($0, order) }
    }
  }

  package func listSealingKeys(
    _ request: RegistryV1.ListSealingKeysRequest, _ call: CallContext
  ) async throws -> RegistryV1.SealingKeys {
    try await answering(call) {
      try await collect(try named(request.service), seals.list)
    }
  }

  private func named(_ service: String) throws -> [String] {
    if service.isEmpty { return seals.services }
    guard seals.services.contains(service) else {
      throw RequestRefusal.malformed(
        field: "service",
        expected: BilingualText(
          seals.services.joined(separator: "、"), seals.services.joined(separator: ", ")))
    }
    return [service]
  }

  private func collect(
    _ services: [String], _ body: (String) async throws -> KeysV1.Seals
  ) async throws -> RegistryV1.SealingKeys {
    var found: [KeysV1.Seal] = []
    for service in services {
      do {
        found += try await body(service).seals
      } catch let status as Status where status.code == .unavailable {
        throw AccessRefusal.serviceUnavailable(service)
      }
    }
    return RegistryV1.SealingKeys(seals: found)
  }
}
