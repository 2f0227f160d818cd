// What the civil clock does to grants (meizhou-public-2023/22c). Calls ask the clock themselves; this tells the others.

import Database
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  /// Writes down which grants have passed their last day, and tells whoever follows.
  ///
  /// - Returns: How many.
  @discardableResult
  package func expireGrants() async throws -> Int {
    let time = now()
    return try await database.write { transaction in
      var count = 0
      for grant in try transaction.overrunGrants(on: time.civilDate) {
        guard let expired = grant.expired(at: time) else { continue }
        try transaction.save(expired)
        try append("share.grant_expired", expired, nil, to: transaction)
        count += 1
      }
      return count
    }
  }
}
