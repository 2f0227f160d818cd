// AcknowledgeRecall: a receiver says that it has taken the recall up, and with what outcome.

package import Access
package import Contracts
import Crypto
import Database
import FeedbackRules
import FeedbackStore
import Integrity
import Vocabulary

extension FeedbackServer {
  package func acknowledgeRecall(
    _ request: FeedbackV1.AcknowledgeRecallRequest, _ call: CallContext
  ) async throws -> FeedbackV1.Recall {
    try await call.answering(refusals) {
      let key = try requestKey(request.requestID, call)
      let digest = SHA256.hash(try request.serialized())
      let number = try recallNumber(request.name)
      let actor = Actor(call)
      let time = now()
      return try await database.write { transaction in
        guard let before = try shownRecalls([number], to: actor, in: transaction).first,
          let recall = try transaction.recall(number, texts)
        else { throw RequestRefusal.unknownResource(field: "name", name: request.name) }
        switch try transaction.loggedReplay(
          of: key, digest: digest, as: "feedback.replayed", call: call.callID, at: time)
        {
        case .conflict: throw RequestRefusal.requestIDReused
        case .same: return before
        case .new: break
        }
        let next = try recall.acknowledged(
          outcome: request.outcome, note: request.note, by: actor, at: time)
        try transaction.save(next, texts)
        let payload = acknowledgement(of: next, request.outcome, Author(call), actor, time)
        try transaction.append(topic: "feedback.recall_acknowledged", payload: .object(payload))
        if next.isComplete {
          try transaction.append(topic: "feedback.recall_completed", payload: .object(payload))
        }
        return try shownRecalls([number], to: actor, in: transaction).first ?? before
      }
    }
  }

  private func acknowledgement(
    of recall: Recall, _ outcome: String, _ author: Author, _ actor: Actor, _ time: Instant
  ) -> JSONObject {
    [
      "time": .integer(time.milliseconds), "call": .string(author.call),
      "actor": .string(author.name), "recall": .string(recall.name),
      "issue": .string(ResourceName.issue(recall.issue).text),
      "entry": .string(ResourceName.entry(recall.entry).text), "record": .string(recall.record),
      "department": .string(ResourceName.department(actor.department).text),
      "outcome": .string(outcome),
    ]
  }
}
