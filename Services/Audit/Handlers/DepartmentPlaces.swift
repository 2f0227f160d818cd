// Where departments stand, asked of the gateway's registry and kept for a while.

package import AuditRules
package import Contracts
import RPC
import Synchronization
package import Vocabulary

/// Resolves departments over RPC. What was answered is used for a few seconds: a department that was corrected soon stands where it should.
package final class DepartmentPlaces: Sendable {
  private struct Kept {
    let place: BodyPlace?
    let until: Instant
  }

  private static let keptMilliseconds: Int64 = 2_000
  private static let keptLimit = 10_000

  private let client: RegistryV1.RegistryClient
  private let now: @Sendable () -> Instant
  private let kept = Mutex<[DepartmentCode: Kept]>([:])

  package init(gateway: any MessageTransport, now: @escaping @Sendable () -> Instant) {
    client = RegistryV1.RegistryClient(gateway)
    self.now = now
  }

  /// - Returns: `nil` for a department that is not registered.
  package func place(of department: DepartmentCode) async throws -> BodyPlace? {
    let moment = now()
    if let found = kept.withLock({ $0[department] }), found.until > moment { return found.place }
    let place = try await resolve(department)
    kept.withLock { kept in
      if kept.count >= Self.keptLimit { kept = [:] }
      kept[department] = Kept(
        place: place, until: moment.adding(milliseconds: Self.keptMilliseconds))
    }
    return place
  }

  private func resolve(_ department: DepartmentCode) async throws -> BodyPlace? {
    do {
      let answer = try await client.resolveDepartment(
        RegistryV1.GetDepartmentRequest(name: ResourceName.department(department).text),
        CallOptions(timeout: .seconds(5)))
      return BodyPlace(
        level: Int(answer.level.rawValue), region: answer.region,
        isTopmost: answer.decidingAuthority == nil)
    } catch let status as Status where status.code == .notFound {
      return nil
    }
  }
}
