// GetApplication and ListApplications: those who have a part in an application see it.

package import Access
package import Contracts
import Database
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func getApplication(
    _ request: ShareV1.GetApplicationRequest, _ call: CallContext
  ) async throws -> ShareV1.Application {
    try await call.answering(outside.refusals) {
      let number = try number(request.name, in: .applications)
      let actor = actor(of: call)
      let application = try await database.read { try $0.visibleApplication(number, to: actor) }
      return message(application, under: try profile(application.profile))
    }
  }

  package func listApplications(
    _ request: ShareV1.ListApplicationsRequest, _ call: CallContext
  ) async throws -> ShareV1.ListApplicationsResponse {
    try await call.answering(outside.refusals) {
      let parts: [String: ApplicationFilter.Part] = [
        "": .any, "applicant": .applicant, "reviewer": .reviewer,
      ]
      guard let part = parts[request.role] else {
        throw RequestRefusal.malformed(
          field: "role", expected: BilingualText("applicant 或 reviewer", "applicant or reviewer"))
      }
      let filter = ApplicationFilter(
        department: call.caller.department, part: part, state: request.state.state)
      let size = PageSize.bounded(request.pageSize)
      let after = try place(request.pageToken)
      let found = try await database.read {
        try $0.applications(filter, after: after, limit: size + 1)
      }
      return ShareV1.ListApplicationsResponse(
        applications: try found.prefix(size).map { message($0, under: try profile($0.profile)) },
        nextPageToken: next(found, size) { [$0.number] })
    }
  }

  /// The place that a page token of one number names.
  func place(_ token: String) throws(RequestRefusal) -> Int64 {
    guard let token = PageToken(token, count: 1) else { throw .pageTokenUnknown }
    return token.numbers[0]
  }

  /// The token of the next page: the last of this one, where there is more.
  func next<Element>(
    _ found: [Element], _ size: Int, _ place: (Element) -> [Int64]
  ) -> String {
    found.count > size ? PageToken(place(found[size - 1])).text : ""
  }
}
