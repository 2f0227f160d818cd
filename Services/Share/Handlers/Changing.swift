// How Share changes anything: authorised each time it is asked for, done once, told again to who repeats it (DESIGN.md section 5).

import Access
import Contracts
import Database
import Integrity
import RPC
import Vocabulary

/// A request that was not done before, and cannot be done without what is fetched elsewhere.
private struct NeedsFetching: Error {}

extension ShareServer {
  /// One change in one transaction with its entry in the log.
  ///
  /// - Parameters:
  ///   - authorise: Throws where the caller has no part in this at all; asked of a replay, too, which is judged by nothing else.
  ///   - body: Answers what is kept and told again to the same request.
  func change<Reply: Message>(
    _ call: CallContext, requestID: String, content: some Message,
    authorise: @escaping @Sendable (borrowing WriteTransaction) throws -> Void,
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> Reply
  ) async throws -> (reply: Reply, receipt: CommonV1.Receipt?) {
    guard !requestID.isEmpty, requestID.utf8.count <= 64 else {
      throw RequestRefusal.requestIDMissing
    }
    let answer = try await database.change(
      RequestKey(caller: call.principal, method: call.rpc.path, requestID: requestID),
      digest: try outside.vault.digest(of: content), receiptUnder: outside.keyList,
      authorise: authorise,
      replayed: { transaction in
        try transaction.append(
          topic: "share.replayed",
          payload: event(
            call, [("request", .string(requestID)), ("method", .string(call.rpc.path))]))
      }
    ) { transaction in try body(transaction).serialized() }
    guard let answer else { throw RequestRefusal.requestIDReused }
    return (
      try Reply(serialized: answer.bytes),
      answer.receipt.map { CommonV1.Receipt(json: $0.encoded(), leaf: $0.leaf.commitment) }
    )
  }

  /// One change that needs something of another service.
  ///
  /// What was done before is told again first: a replay needs nothing of what may have changed since, and whoever has no part in
  /// it, or sends other content under the same `request_id`, has nothing fetched for him.
  ///
  /// - Parameter fetch: Runs before the transaction of the body, in none.
  func change<Needed: Sendable, Reply: Message>(
    _ call: CallContext, requestID: String, content: some Message,
    authorise: @escaping @Sendable (borrowing WriteTransaction) throws -> Void,
    needing fetch: () async throws -> Needed,
    _ body: @escaping @Sendable (Needed, borrowing WriteTransaction) throws -> Reply
  ) async throws -> (reply: Reply, receipt: CommonV1.Receipt?) {
    do {
      return try await change(
        call, requestID: requestID, content: content, authorise: authorise
      ) { _ -> Reply in throw NeedsFetching() }
    } catch is NeedsFetching {
      let needed = try await fetch()
      return try await change(
        call, requestID: requestID, content: content, authorise: authorise
      ) { transaction in try body(needed, transaction) }
    }
  }
}
