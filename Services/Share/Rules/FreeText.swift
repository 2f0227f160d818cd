// What people write goes to others and into the log: it is bounded, and holds no identity number (meizhou-public-2023/39.1).

import Vocabulary

/// Case numbers and their like are short.
package let longestNumber = 100

/// Checks texts that a person has written, each with its field.
package func checkTexts(
  _ texts: [(path: String, text: String)], limit: Int = UseRequest.longestText
) throws(ShareRefusal) {
  for (path, text) in texts {
    if text.count > limit { throw .fieldTooLong(path: path, limit: limit) }
    if IdentityNumbers.occur(in: text) { throw .identityNumberInText(path: path) }
  }
}
