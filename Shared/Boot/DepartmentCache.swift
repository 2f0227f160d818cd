// What the gateway's registry says of departments, asked once in a while: levels and regions seldom change.

package import Contracts
package import RPC
import Synchronization
package import Vocabulary

/// Asks the registry for departments and remembers the answers for a short time.
package final class DepartmentCache: Sendable {
  private struct Known {
    let department: RegistryV1.Department
    let until: ContinuousClock.Instant
  }

  private static let mostKnown = 10_000

  private let client: RegistryV1.RegistryClient
  private let term: Duration
  private let known = Mutex<[DepartmentCode: Known]>([:])

  /// - Parameter term: How long an answer counts. Whether a department may call at all is the gateway's to say, at once.
  package init(gateway channel: Channel, term: Duration = .seconds(2)) {
    client = RegistryV1.RegistryClient(channel)
    self.term = term
  }

  /// - Throws: The registry's status; NOT_FOUND for a code that it does not know.
  package func department(_ code: DepartmentCode) async throws -> RegistryV1.Department {
    let now = ContinuousClock.now
    if let found = known.withLock({ $0[code] }), found.until > now { return found.department }
    let name = ResourceName.department(code).text
    let department = try await client.resolveDepartment(
      RegistryV1.GetDepartmentRequest(name: name), CallOptions(timeout: .seconds(5)))
    known.withLock { known in
      if known.count >= Self.mostKnown { known = [:] }
      known[code] = Known(department: department, until: now + term)
    }
    return department
  }
}
