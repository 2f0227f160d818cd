// ListRunningCases: applications and requests that have not ended, with the profile that each keeps (policies.md e.27).

package import Access
package import Contracts
import Database
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func listRunningCases(
    _ request: CommonV1.ListRunningCasesRequest, _ call: CallContext
  ) async throws -> CommonV1.ListRunningCasesResponse {
    try await call.answering(outside.refusals) {
      guard let token = PageToken(request.pageToken, count: 2), token.numbers[0] <= 1 else {
        throw RequestRefusal.pageTokenUnknown
      }
      guard
        try await call.overseesCases({
          try await outside.peers.department(ResourceName.department($0).text)
        })
      else { return CommonV1.ListRunningCasesResponse() }
      let (section, after) = (token.numbers[0], token.numbers[1])
      let size = PageSize.bounded(request.pageSize)
      var cases: [CommonV1.RunningCase] = []
      var last: Int64?
      if section == 0 {
        let found = try await database.read {
          try $0.openApplications(after: after, limit: size)
        }
        cases = try found.map(runningCase)
        last = found.count == size ? found.last?.number : nil
      } else {
        let found = try await database.read {
          try $0.openVerifications(after: after, limit: size)
        }
        cases = try found.map(runningCase)
        last = found.count == size ? found.last?.number : nil
      }
      let next = last.map { PageToken([section, $0]) } ?? (section == 0 ? PageToken([1, 0]) : nil)
      return CommonV1.ListRunningCasesResponse(
        cases: cases.resting(on: request.profile), nextPageToken: next?.text ?? "")
    }
  }

  private func runningCase(_ application: Application) throws -> CommonV1.RunningCase {
    let clock = application.answerClock(under: try profile(application.profile))
    return CommonV1.RunningCase(
      resource: application.name, state: application.state.rawValue,
      profile: application.profile.text,
      department: (application.state == .forwarded ? application.forwarder : application.source)?
        .text ?? "",
      clock: clock.map { running(.shareReply, $0) })
  }

  private func runningCase(_ verification: Verification) throws -> CommonV1.RunningCase {
    let clock = verification.clock(under: try profile(verification.profile))
    return CommonV1.RunningCase(
      resource: verification.name, state: verification.state.rawValue,
      profile: verification.profile.text, department: verification.source.text,
      clock: clock.map { running(.verificationReply, $0) })
  }

  private func running(_ name: RegulatedClock, _ clock: LegalClock) -> CommonV1.RunningClock {
    CommonV1.RunningClock(
      name.rawValue, started: clock.started, pauses: clock.pauses.map { ($0.from, $0.to) },
      extensionDays: clock.extensions.map(\.workingDays), agreed: clock.negotiated.last?.date,
      due: CommonV1.DueDate(clock.reading(on: outside.calendar, at: today)))
  }
}
