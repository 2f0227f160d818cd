// GetResourceStatus and ListDuties: how fresh and complete a register is, and what waits for its source.

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
        // To anyone else the count would tell, before and after a report at a counter, who is in the register (AC-41, AC-42).
        let seesChecks =
          try register.owner == caller.department || caller.roles.contains(.authority)
          || transaction.holdsGrant(caller.department, on: entry)
        return IngestV1.ResourceStatus(
          entry: register.name, rows: Int64(register.rowCount), asOf: claim.asOf.iso,
          coverage: claim.coverage,
          unrepairedRejects: Int64(try transaction.unrepairedRejects(entry)),
          recordsUnderCheck: seesChecks ? Int64(try transaction.underCheck(entry).count) : 0,
          root: register.root, keyVersion: Int32(clamping: register.keyVersion))
      }
    }
  }

  package func listDuties(
    _ request: CommonV1.ListDutiesRequest, _ call: CallContext
  ) async throws -> CommonV1.ListDutiesResponse {
    try await call.answering(outside.recorder) {
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let size = PageSize.bounded(request.pageSize)
      let owner = call.caller.department
      let batches = try await database.read {
        try $0.failedBatches(owner: owner, after: token.numbers[0], limit: size + 1)
      }
      let page = batches.prefix(size)
      return CommonV1.ListDutiesResponse(
        duties: page.map { batch in
          CommonV1.Duty(
            resource: batch.name, action: "reload",
            summary: CommonV1.BilingualText(
              chinese: "\(batch.entryName)：批次未通过质量检查（不合格 \(batch.rejected) 行），请改正后重新提交。",
              english: "\(batch.entryName): the batch failed its pre-check "
                + "(\(batch.rejected) rows rejected); repair and load it again."),
            due: message(batch).due, department: owner.text)
        }, nextPageToken: batches.count > size ? PageToken([page.last?.id ?? 0]).text : "")
    }
  }
}

/// Lower-case hexadecimal, as roots stand in entries.
func hex(_ bytes: [UInt8]) -> String { Hex.encode(bytes) }
