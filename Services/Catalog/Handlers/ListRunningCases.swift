// ListRunningCases: versions under way and changes to follow, with the profile that each keeps (policies.md e.27).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
import Regulation
import Vocabulary

extension CatalogServer {
  package func listRunningCases(
    _ request: CommonV1.ListRunningCasesRequest, _ call: CallContext
  ) async throws -> CommonV1.ListRunningCasesResponse {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 3), token.numbers[0] <= 1 else {
        throw RequestRefusal.pageTokenUnknown
      }
      guard try await call.overseesCases(directory) else {
        return CommonV1.ListRunningCasesResponse()
      }
      let (section, size) = (token.numbers[0], PageSize.bounded(request.pageSize))
      let after = (token.numbers[1], token.numbers[2])
      let (cases, last) =
        section == 0
        ? try await versions(after: after, limit: size)
        : try await changes(after: after, limit: size)
      let next =
        last.map { PageToken([section, $0.0, $0.1]) }
        ?? (section == 0 ? PageToken([1, 0, 0]) : nil)
      return CommonV1.ListRunningCasesResponse(
        cases: cases.resting(on: request.profile), nextPageToken: next?.text ?? "")
    }
  }

  /// - Returns: Cases, and the place of the last row where there may be more.
  private func versions(
    after: (Int64, Int64), limit: Int
  ) async throws -> ([CommonV1.RunningCase], (Int64, Int64)?) {
    let (found, versions) = try await database.read { transaction in
      let found = try transaction.versionsInFlight(
        after: (after.0, Int(clamping: after.1)), limit: limit)
      return (found, try transaction.entryVersions(found))
    }
    let cases = try versions.map { version in
      let profile = try profiles.profile(version.profile)
      let name: RegulatedClock = version.isUpdate ? .catalogReviewUpdate : .catalogReviewNew
      let clock = version.state == .submitted ? version.reviewClock(under: profile) : nil
      return CommonV1.RunningCase(
        resource: version.name, state: version.state.rawValue, profile: version.profile.text,
        department: version.content.owner.text, clock: clock.map { running(name, $0) })
    }
    return (
      cases, found.count == limit ? found.last.map { ($0.entry, Int64($0.version)) } : nil
    )
  }

  private func changes(
    after: (Int64, Int64), limit: Int
  ) async throws -> ([CommonV1.RunningCase], (Int64, Int64)?) {
    let found = try await database.read { try $0.openChanges(after: after, limit: limit) }
    let cases = try found.map { change in
      let clock = change.runningClock(under: try profiles.profile(change.profile))
      return CommonV1.RunningCase(
        resource: change.name, state: change.state.rawValue, profile: change.profile.text,
        department: change.owner.text, clock: clock.map { running(.catalogChange, $0) })
    }
    return (cases, found.count == limit ? found.last.map { ($0.entry, $0.number) } : nil)
  }

  private func running(_ name: RegulatedClock, _ clock: LegalClock) -> CommonV1.RunningClock {
    let reading = clock.reading(on: calendar, at: now().civilDate)
    return CommonV1.RunningClock(
      name.rawValue, started: clock.started, pauses: [], extensionDays: [], agreed: nil,
      due: CommonV1.DueDate(
        date: reading.due.date, citation: reading.due.citation,
        isProvisional: reading.due.isProvisional, overdueDays: reading.overdueDays))
  }
}
