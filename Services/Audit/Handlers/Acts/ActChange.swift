// An act is asked for and approved once for each request_id, whoever lost the answer and asks again.

import Access
import AuditStore
import Contracts
import Database
import RPC
import Vocabulary

/// A request by which a repetition is known.
struct ActChange: Sendable {
  let key: RequestKey
  /// Keyed: the request may name a person.
  let digest: [UInt8]
  let call: String
  let time: Instant
}

extension AuditCalls {
  /// Signed or not, a request asks for the same and is known again.
  func change(
    _ request: some DecidingRequest, requestID: String, _ call: CallContext
  ) throws -> ActChange {
    guard !requestID.isEmpty, requestID.utf8.count <= 128 else {
      throw RequestRefusal.requestIDMissing
    }
    return ActChange(
      key: RequestKey(caller: call.principal, method: call.rpc.path, requestID: requestID),
      digest: try keys.actCode(
        of: Array("weir-request-1\n".utf8) + request.unsigned.serialized()),
      call: call.callID, time: civil())
  }
}

extension WriteTransaction {
  /// What was answered before; `nil` when it is to be done.
  func answered(_ change: ActChange) throws -> AuditV1.Act? {
    switch try loggedReplay(
      of: change.key, digest: change.digest, as: "audit.replayed", call: change.call,
      at: change.time)
    {
    case .conflict: throw RequestRefusal.requestIDReused
    case .same(let answer?): return try AuditV1.Act(serialized: answer)
    case .same(nil), .new: return nil
    }
  }

  func keep(_ act: AuditV1.Act, as change: ActChange) throws -> AuditV1.Act {
    try keep(answer: try act.serialized(), of: change.key)
    return act
  }
}
