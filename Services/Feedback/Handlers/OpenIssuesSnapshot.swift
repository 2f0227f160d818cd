// What a service that begins to follow Feedback starts from: the issues that are open.

import Database
import FeedbackRules
import FeedbackStore
package import Integrity
import Vocabulary

extension FeedbackServer {
  /// Every issue that has not ended, as the event of its opening.
  package func openIssuesSnapshot() async throws -> [(topic: String, payload: JSONValue)] {
    let time = now()
    return try await database.read { transaction in
      var events: [(topic: String, payload: JSONValue)] = []
      var last: Int64 = 0
      while true {
        let page = try transaction.openIssues(after: last, limit: 200)
        guard let end = page.last else { return events }
        for issue in try transaction.issues(page, texts) {
          let payload = payload(of: issue, by: .system, at: time)
          events.append(("feedback.issue_opened", .object(payload)))
        }
        last = end
      }
    }
  }
}
