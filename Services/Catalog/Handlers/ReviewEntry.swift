// ReviewEntry, FileNotShared, PublishEntry: what the authority decides (AC-11, AC-19; meizhou-public-2023/7, 10).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
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
      return try await decide(
        call, name: request.name, version: Int(request.version), etag: request.etag,
        requestID: request.requestID, content: request, isTrial: request.validateOnly,
        topic: { next in
          if next.history.last?.action == .secrecyPassed { return "catalog.secrecy_passed" }
          return decision == .approve ? "catalog.entry_approved" : "catalog.entry_returned"
        }
      ) { current, actor, owner, time in
        try current.reviewed(
          opinion, by: actor, owner: owner,
          isBaseData: knownCategory(current.content.category)?.isBaseData ?? false, at: time,
          under: profiles.profile(current.profile))
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
      return try await decide(
        call, name: request.name, version: Int(request.version), etag: request.etag,
        requestID: request.requestID, content: request, isTrial: false,
        topic: { _ in "catalog.entry_filed" }
      ) { current, actor, owner, _ in
        try current.filed(
          filing, by: actor, owner: owner, under: profiles.profile(current.profile))
      }
    }
  }

  /// One decision on the newest version of an entry by somebody who is not its owner.
  ///
  /// - Parameter isTrial: Whether only to say what it would become.
  func decide(
    _ call: CallContext, name: String, version: Int, etag: String, requestID: String,
    content: some Message, isTrial: Bool,
    topic: @escaping @Sendable (EntryVersion) -> String,
    _ rule:
      @escaping @Sendable (EntryVersion, Actor, DepartmentFacts, Instant) throws -> EntryVersion
  ) async throws -> CatalogV1.Entry {
    let number = try entryNumber(name, field: "name").entry
    let actor = try await actor(of: call)
    let standing = try await database.read { try $0.entryStanding(number) }
    guard let standing else { throw RequestRefusal.unknownResource(field: "name", name: name) }
    let owner = try await facts(of: standing.owner)
    let time = now()
    let checked: @Sendable (EntryVersion) throws -> EntryVersion = { current in
      guard version == 0 || version == current.number else {
        throw RequestRefusal.changedMeanwhile(name: current.name)
      }
      if !etag.isEmpty, etag != current.etag {
        throw RequestRefusal.changedMeanwhile(name: current.name)
      }
      return try rule(current, actor, owner, time)
    }
    if isTrial {
      let current = try await database.read { try $0.newest(number, named: name) }
      return try checked(current).message(standing, showsInside: true)
    }
    return try await change(call, requestID: requestID, content: content) { transaction in
      let current = try transaction.newest(number, named: name)
      let next = try checked(current)
      try transaction.save(next, wasHistory: current.history.count)
      try append(topic(next), next, call, to: transaction)
      return next
    }
  }
}

extension TypeDecision {
  fileprivate init(_ decision: CatalogV1.ShareTypeDecision, path: String) throws {
    guard let type = decision.shareType.type else {
      throw RequestRefusal.missing(field: path + ".share_type")
    }
    self.init(
      item: decision.item, type: type,
      bases: try decision.bases.enumerated().map { try Basis($1, path: "\(path).bases[\($0)]") },
      conditions: decision.conditions)
  }
}
