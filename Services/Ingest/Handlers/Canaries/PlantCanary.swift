// PlantCanary, ListCanaries, RemoveCanary: identifiers that belong to nobody, so that nobody has a reason to name one.

package import Access
package import Contracts
import Crypto
import Database
import IngestRules
import IngestStore
import Integrity
import Vocabulary

extension IngestService {
  private static let mostCanaries = 10_000

  /// Whether it is in a register is not looked up: that would tell the auditor, who sees no data. Who plants answers for it.
  package func plantCanary(
    _ request: IngestV1.PlantCanaryRequest, _ call: CallContext
  ) async throws -> IngestV1.Canary {
    try await call.answering(outside.recorder) {
      let change = try ChangeRequest(
        request, requestID: request.requestID, call, digests: keys.pseudonyms)
      guard case .block(let block) = try SubjectIdentifier(request.subject) else {
        throw DataRefusal.subjectMalformed(field: "subject.block")
      }
      let note = try bounded(request.note, field: "note")
      try await loadCanaries()
      let (seal, time, isKnown) = (keys.canaries, outside.civil(), canaries.contains(block))
      let planted = try await database.write { transaction -> IngestV1.Canary in
        if let answer = try transaction.answer(to: change) {
          return try IngestV1.Canary(serialized: answer)
        }
        guard !isKnown else { throw DataRefusal.canaryPlanted }
        guard try transaction.canaryVersion()[0] < Self.mostCanaries else {
          throw DataRefusal.tooManyCanaries(limit: Self.mostCanaries)
        }
        let id = try transaction.nextNumber("canaries")
        let sealed = try seal.seal(block.bytes, at: .canary(id), in: transaction)
        let canary = StoredCanary(
          id: id, sealed: sealed, note: note, planter: call.principal, planted: time)
        try transaction.insert(canary)
        try transaction.append(
          topic: "ingest.canary_planted",
          payload: event(call, [("canary", .string(ResourceName.canary(id).text))]))
        let reply = IngestV1.Canary(canary)
        try transaction.keep(answer: try reply.serialized(), of: change.key)
        return reply
      }
      try await loadCanaries()
      return planted
    }
  }

  package func listCanaries(
    _ request: IngestV1.ListCanariesRequest, _ call: CallContext
  ) async throws -> IngestV1.ListCanariesResponse {
    try await call.answering(outside.recorder) {
      guard let after = PageToken(request.pageToken, count: 1)?.numbers[0] else {
        throw RequestRefusal.pageTokenUnknown
      }
      let size = PageSize.bounded(request.pageSize)
      let found = try await database.read { try $0.canaries(after: after, limit: size + 1) }
      let page = found.prefix(size)
      return IngestV1.ListCanariesResponse(
        canaries: page.map { IngestV1.Canary($0) },
        nextPageToken: found.count > size ? page.last.map { PageToken([$0.id]).text } ?? "" : "")
    }
  }

  package func removeCanary(
    _ request: IngestV1.RemoveCanaryRequest, _ call: CallContext
  ) async throws -> IngestV1.Canary {
    try await call.answering(outside.recorder) {
      let change = try ChangeRequest(
        request, requestID: request.requestID, call, digests: keys.pseudonyms)
      let id = try number(request.name, in: .canaries, field: "name")
      let time = outside.civil()
      let removed = try await database.write { transaction -> IngestV1.Canary in
        if let answer = try transaction.answer(to: change) {
          return try IngestV1.Canary(serialized: answer)
        }
        guard try transaction.canaries(after: id - 1, limit: 1).first?.id == id else {
          throw RequestRefusal.unknownResource(field: "name", name: request.name)
        }
        try transaction.removeCanary(id, at: time)
        try transaction.append(
          topic: "ingest.canary_removed",
          payload: event(call, [("canary", .string(ResourceName.canary(id).text))]))
        guard let canary = try transaction.canaries(after: id - 1, limit: 1).first else {
          throw UnreadableContent(what: "canary")
        }
        let reply = IngestV1.Canary(canary)
        try transaction.keep(answer: try reply.serialized(), of: change.key)
        return reply
      }
      try await loadCanaries()
      return removed
    }
  }
}

extension IngestV1.Canary {
  fileprivate init(_ canary: StoredCanary) {
    self.init(
      name: ResourceName.canary(canary.id).text, note: canary.note, plantedBy: canary.planter,
      plantTime: GoogleProtobuf.Timestamp(canary.planted),
      removeTime: canary.removed.map { GoogleProtobuf.Timestamp($0) })
  }
}
