// RotateKeys and ListRegisterKeys: the operator gives a register new keys, or another suite, and sees how far that is (DESIGN section 7).

package import Access
package import Contracts
import Crypto
import Database
import IngestRules
import IngestStore
import Integrity
import Vocabulary

extension IngestService {
  /// New keys at once for all that comes and for the index; what lies there already is sealed anew in steps, and then the old keys
  /// are destroyed. Nothing is opened to anybody.
  package func rotateKeys(
    _ request: IngestV1.RotateKeysRequest, _ call: CallContext
  ) async throws -> IngestV1.RegisterKeys {
    try await call.answering(outside.recorder) {
      let change = try ChangeRequest(
        request, requestID: request.requestID, call, digests: keys.pseudonyms)
      let entry = try number(request.entry, in: .entries, field: "entry")
      let reason = try bounded(request.reason, field: "reason")
      let suite = try suite(request.suite)
      if let known = try await answered(change) { return known }
      return try await inTurn(entry) { turn in
        guard let state = try await database.read({ try $0.keyState(entry) }) else {
          throw DataRefusal.nothingDelivered(entry: request.entry)
        }
        guard state.previous == nil else { throw KeyRefusal.rotationRunning(entry: request.entry) }
        let (keys, old) = (keys, try await registerKeys(entry))
        let set = try await pool.run { try keys.next(entry, after: old, suite: suite) }
        return try await begin(set, of: entry, turn, suite, reason, change, call)
      }
    }
  }

  package func listRegisterKeys(
    _ request: IngestV1.ListRegisterKeysRequest, _ call: CallContext
  ) async throws -> IngestV1.ListRegisterKeysResponse {
    try await call.answering(outside.recorder) {
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let size = PageSize.bounded(request.pageSize)
      let states = try await database.read {
        try $0.keyStates(after: token.numbers[0], limit: size)
      }
      var listed: [IngestV1.RegisterKeys] = []
      for state in states {
        let keys = try await registerKeys(state.entry)
        listed.append(message(state, suite: keys.seal.suite))
      }
      return IngestV1.ListRegisterKeysResponse(
        keys: listed,
        nextPageToken: states.count == size ? PageToken([states.last?.entry ?? 0]).text : "")
    }
  }

  private func suite(_ name: String) throws -> SealSuite {
    if name.isEmpty { return outside.sealing }
    guard let suite = SealSuite(name: name) else { throw KeyRefusal.suiteUnknown }
    return suite
  }

  private func answered(_ change: ChangeRequest) async throws -> IngestV1.RegisterKeys? {
    struct IsNew: Error {}
    do {
      return try await database.write { transaction in
        guard let answer = try transaction.answer(to: change) else { throw IsNew() }
        return try IngestV1.RegisterKeys(serialized: answer)
      }
    } catch is IsNew {
      return nil
    }
  }

  /// No call may take new keys with the old index, or the other way round: both change in the index's turn. What takes long is made
  /// before, while the old ones answer.
  private func begin(
    _ set: RegisterKeySet, of entry: Int64, _ turn: Turn, _ suite: SealSuite, _ reason: String,
    _ change: ChangeRequest, _ call: CallContext
  ) async throws -> IngestV1.RegisterKeys {
    let time = outside.civil()
    let check = try set.check()
    let next = try await shelf.next(entry, keys: set)
    return try await shelf.changing(to: next) {
      let committed = try await database.writeWithEvidence { transaction in
        try turn.check(in: transaction)
        try transaction.tellKeysGone(as: outside.replica)
        _ = try transaction.answer(to: change)
        try transaction.beginRotation(
          of: entry, to: set.version, check: check, suite: suite.name, actor: call.principal,
          at: time)
        try transaction.append(
          topic: "ingest.keys_rotation_begun",
          payload: event(
            call,
            [
              ("entry", .string(ResourceName.entry(entry).text)),
              ("key_version", .integer(Int64(set.version))), ("suite", .string(suite.name)),
              ("reason", .string(reason)),
            ]))
        guard let state = try transaction.keyState(entry) else {
          throw UnreadableContent(what: "register")
        }
        let reply = message(state, suite: suite)
        try transaction.keep(answer: try reply.serialized(), of: change.key)
        return reply
      }
      keys.adopt(set, of: entry)
      var reply = committed.value
      reply.receipt = receipt(committed.evidence)
      return reply
    }
  }

  private func message(_ state: KeyState, suite: SealSuite) -> IngestV1.RegisterKeys {
    IngestV1.RegisterKeys(
      entry: ResourceName.entry(state.entry).text,
      owner: ResourceName.department(state.owner).text, version: Int32(clamping: state.version),
      suite: suite.name, since: state.since.map { GoogleProtobuf.Timestamp($0) },
      previousVersion: Int32(clamping: state.previous ?? 0), pending: Int64(state.pending))
  }
}
