// What every change has in common: done once for each request_id, and only by the owner of what is changed.

import Access
import Contracts
import Crypto
import Database
import IngestRules
import IngestStore
import Vocabulary
import RPC

/// A request that changes something, by which a repetition is known.
struct ChangeRequest: Sendable {
  let key: RequestKey
  let digest: [UInt8]

  /// - Parameter digests: Makes the digest; an unkeyed one would tell who is named in a request (hebi-2021/27).
  init(
    _ message: some Message, requestID: String, _ call: CallContext, digests: HMACSHA256
  ) throws {
    guard !requestID.isEmpty else { throw RequestRefusal.requestIDMissing }
    guard requestID.utf8.count <= 128 else {
      throw RequestRefusal.malformed(
        field: "request_id", expected: BilingualText("至多 128 字节", "at most 128 bytes"))
    }
    key = RequestKey(caller: call.principal, method: call.rpc.path, requestID: requestID)
    digest = digests.code(of: Array("weir-request-1\n".utf8) + (try message.serialized()))
  }
}

extension WriteTransaction {
  /// The answer that was given to this request before; `nil` when it is to be done.
  func answer(to request: ChangeRequest) throws -> [UInt8]? {
    switch try replay(of: request.key, digest: request.digest) {
    case .new: return nil
    case .same(let answer): return answer
    case .conflict: throw RequestRefusal.requestIDReused
    }
  }
}

extension IngestService {
  /// Asked at every step of a batch, not at the first alone.
  func checkHand(of batch: StoredBatch, _ call: CallContext) throws(IngestRefusal) {
    try IngestRules.checkHand(
      mode: batch.terms.mode, kind: batch.terms.kind, opener: batch.actor,
      principal: call.principal, hasPersonCertificate: call.caller.isPersonCertificate)
  }
}

extension SQLReading where Self: ~Copyable {
  /// A batch of the caller's department; another's is as good as none (AC-30).
  func ownBatch(_ id: Int64, field: String, _ call: CallContext) throws -> StoredBatch {
    guard let batch = try batch(id), batch.terms.owner == call.caller.department else {
      throw unknownBatch(id, field)
    }
    return batch
  }

  /// The same, as far as its rejected rows need it.
  func ownRejects(_ id: Int64, field: String, _ call: CallContext) throws -> RejectSource {
    guard let source = try rejectSource(id), source.owner == call.caller.department else {
      throw unknownBatch(id, field)
    }
    return source
  }

  private func unknownBatch(_ id: Int64, _ field: String) -> RequestRefusal {
    RequestRefusal.unknownResource(field: field, name: ResourceName.batch(id).text)
  }
}
