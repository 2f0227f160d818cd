// What the registry tells the log and the other services of its changes.

import Access
import Crypto
import Database
import Integrity
import Vocabulary

/// A change, told to the outbox.
struct RegistryEvent: Sendable {
  /// `registry.person_disabled`.
  let topic: String
  /// The name of what changed.
  let subject: String
  let fields: [(String, String)]
  /// What the person who decided it signed, where it is a decision.
  var signed: [(String, JSONValue)] = []

  /// The entry: what changed, who did it and by which call, at which civil time.
  func payload(_ call: CallContext, now: Instant) -> JSONValue {
    var object: JSONObject = [
      "subject": .string(subject), "call": .string(call.callID),
      "method": .string(call.entryMethod), "actor": .string(call.principal),
      "time": .integer(now.milliseconds),
    ]
    for (name, value) in call.statedMembers { object[name] = value }
    if case .caller(let caller) = call.origin {
      object["certificate"] = .string(Hex.encode(caller.certificateHash))
    }
    for (name, value) in fields { object[name] = .string(value) }
    for (name, value) in signed { object[name] = value }
    return .object(object)
  }
}
