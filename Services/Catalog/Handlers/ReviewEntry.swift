// ReviewEntry, FileNotShared, PublishEntry: what the authority decides (AC-11, AC-19; meizhou-public-2023/7, 10).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
import Integrity
import Regulation
import Vocabulary

extension CatalogServer {
  package func reviewEntry(
    _ request: CatalogV1.ReviewEntryRequest, _ call: CallContext
  ) async throws -> CatalogV1.Entry {
    try await call.answering(refusals) {
      let decision: EntryDecision
      switch request.decision {
      case .approve: decision = .approve
      case .return: decision = .returnIt
      case .unspecified, .unrecognized: throw RequestRefusal.missing(field: "decision")
      }
      if decision == .returnIt, request.secrecyPassed || !request.shareTypes.isEmpty {
        throw RequestRefusal.malformed(
          field: "decision",
          expected: BilingualText("同意，才能通过保密审查或者改定类型", "APPROVE, to pass secrecy or fix types"))
      }
      let opinion = EntryOpinion(
        decision, reason: request.reason, passesSecrecy: request.secrecyPassed,
        types: try request.shareTypes.enumerated().map {
          try TypeDecision($1, path: "share_types[\($0)]")
        })
      return try await step(
        call,
        StepRequest(
          name: request.name, version: Int(request.version), etag: request.etag,
          requestID: request.requestID, isTrial: request.validateOnly),
        content: request.unsigned,
        topic: { next in
          if next.history.last?.action == .secrecyPassed { return "catalog.secrecy_passed" }
          return decision == .approve ? "catalog.entry_approved" : "catalog.entry_returned"
        },
        signing: Signing(.reviewEntry, request.signed, opinion.stated),
        authorise: { try requireReviewer($1.actor, of: $0, owner: $1.owner, under: $2) }
      ) { current, scene, profile in
        try current.reviewed(
          opinion, by: scene.actor, owner: scene.owner,
          isBaseData: knownCategory(current.content.category, in: scene.owner.region)?
            .isBaseData ?? false,
          at: scene.time, under: profile)
      }
    }
  }

  package func fileNotShared(
    _ request: CatalogV1.FileNotSharedRequest, _ call: CallContext
  ) async throws -> CatalogV1.Entry {
    try await call.answering(refusals) {
      guard let wire = request.filing else { throw RequestRefusal.missing(field: "filing") }
      guard let date = CivilDate(iso: wire.date) else {
        throw RequestRefusal.malformed(
          field: "filing.date", expected: BilingualText("日期，如 2024-03-04", "a date like 2024-03-04")
        )
      }
      let filing = Filing(number: wire.number, date: date, reason: wire.reason)
      return try await step(
        call,
        StepRequest(
          name: request.name, version: Int(request.version), etag: request.etag,
          requestID: request.requestID, isTrial: request.validateOnly),
        content: request.unsigned, topic: { _ in "catalog.entry_filed" },
        signing: Signing(
          .fileNotShared, request.signed,
          [
            "number": .string(wire.number), "date": .string(wire.date),
            "reason": .string(wire.reason),
          ]),
        authorise: { try $0.requireFilingOffice($1.actor, owner: $1.owner, under: $2) }
      ) { current, scene, profile in
        try current.filed(
          filing, by: scene.actor, owner: scene.owner, at: scene.time, under: profile)
      }
    }
  }
}

extension EntryOpinion {
  /// As its statement tells it.
  fileprivate var stated: JSONObject {
    var words: JSONObject = [
      "decision": .string(decision == .approve ? "approve" : "return"), "reason": .string(reason),
      "secrecy_review": .string(passesSecrecy ? "passed" : "not decided"),
    ]
    if !types.isEmpty {
      words["share_types"] = .array(
        types.map {
          [
            "item": .string($0.item), "share_type": .string($0.type.rawValue),
            "bases": .array($0.bases.map(\.stated)), "conditions": .string($0.conditions),
          ]
        })
    }
    return words
  }
}

extension TypeDecision {
  fileprivate init(_ decision: CatalogV1.ShareTypeDecision, path: String) throws {
    guard let type = try decision.shareType.stated(path + ".share_type") else {
      throw RequestRefusal.missing(field: path + ".share_type")
    }
    self.init(
      item: decision.item, type: type,
      bases: try decision.bases.enumerated().map { try Basis($1, path: "\(path).bases[\($0)]") },
      conditions: decision.conditions)
  }
}
