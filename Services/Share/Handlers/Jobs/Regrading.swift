// A new version of an entry may grade its items higher: grants that two people have not approved end with it (AC-55).

import Database
import Integrity
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  /// Applies what a publication says of the items' grades; an older catalogue says nothing of them.
  func regrade(_ payload: JSONObject, _ transaction: borrowing WriteTransaction) throws {
    guard let name = payload["entry"]?.string,
      let entry = ResourceName(name, in: .entries)?.number,
      let version = payload["version"]?.integer, let items = payload["items"]?.array
    else { return }
    let grades = items.compactMap { item -> (String, Int)? in
      guard let name = item["name"]?.string, let grade = item["grade"]?.integer else { return nil }
      return (name, Int(grade))
    }
    let known = Dictionary(grades, uniquingKeysWith: { first, _ in first })
    for grant in try transaction.livingGrants(of: entry) {
      let ended = grant.regraded(
        known, version: Int(version), under: try profile(grant.profile), at: now())
      guard let ended else { continue }
      try transaction.save(ended)
      try append("share.grant_ended", ended, nil, to: transaction)
    }
  }
}
