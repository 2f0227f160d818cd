// GetResourceStatus: how fresh and complete a register is.

package import Access
package import Contracts
import Crypto
import Database
import IngestStore
import Vocabulary

extension IngestService {
  package func getResourceStatus(
    _ request: IngestV1.GetResourceStatusRequest, _ call: CallContext
  ) async throws -> IngestV1.ResourceStatus {
    try await call.answering(outside.recorder) {
      let entry = try number(request.entry, in: .entries, field: "entry")
      let caller = call.caller
      return try await database.read { transaction in
        guard let register = try transaction.register(entry),
          let claim = RegisterClaim(try transaction.deliveries(entry))
        else {
          // Nothing delivered is a state of a register, not an error.
          return IngestV1.ResourceStatus(entry: request.entry)
        }
        // To anyone else, a holder of a grant too, the count would tell, before and after a report at a counter, who is in the
        // register (AC-41, AC-42).
        let seesChecks =
          register.owner == caller.department || caller.roles.contains(.authority)
        return IngestV1.ResourceStatus(
          entry: register.name, rows: Int64(register.rowCount), asOf: claim.asOf.iso,
          coverage: claim.coverage,
          unrepairedRejects: Int64(try transaction.unrepairedRejects(entry)),
          recordsUnderCheck: seesChecks ? Int64(try transaction.underCheck(entry).count) : 0,
          root: try transaction.storedRoot(entry) ?? register.root,
          keyVersion: Int32(clamping: register.keyVersion))
      }
    }
  }
}

/// Lower-case hexadecimal, as roots stand in entries.
func hex(_ bytes: [UInt8]) -> String { Hex.encode(bytes) }
