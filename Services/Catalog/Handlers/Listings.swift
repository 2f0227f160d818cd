// SaveRecord, DecideRecord, GetRecord, ListRecords: the catalogue's registers (hebi-2021/8.1b, 9a, 11.2b, 29.2; meizhou-public-2023/5.i4, 11a).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
import Integrity
import Regulation
import Vocabulary

extension CatalogServer {
  package func saveRecord(
    _ request: CatalogV1.SaveRecordRequest, _ call: CallContext
  ) async throws -> CatalogV1.Record {
    try await call.answering(refusals) {
      guard let record = request.record else { throw RequestRefusal.missing(field: "record") }
      let said = try ListingContent(record)
      let known = record.name.isEmpty ? nil : try listingNumber(record.name, field: "record.name")
      let actor = try await actor(of: call)
      let time = now()
      let (governing, content) = try governing(said, by: actor, on: time)
      var parties: [DepartmentFacts] = []
      for party in content.parties { parties.append(try await facts(of: party.department)) }
      // A department that is named must be there.
      for field in ["provider", "department"] where !content[field].isEmpty {
        _ = try await facts(
          of: try departmentCode(content[field], "record.\(content.kind.rawValue).\(field)"))
      }
      let named = parties
      return try await listingChange(
        call, requestID: request.requestID, content: request,
        authorise: { transaction in
          guard let known else { return }
          guard let held = try transaction.listing(known), held.owner == actor.department.code
          else {
            throw RequestRefusal.unknownResource(field: "record.name", name: record.name)
          }
        }
      ) { transaction in
        let former = try known.flatMap { try transaction.listing($0) }
        let (profile, content) = try kept(content, by: former, else: governing)
        if content.kind == .project { try checkProject(content, by: actor, in: transaction) }
        try checkOpening(content, by: actor, under: profile, in: transaction)
        if content.kind == .category {
          // Its own slug is not taken by itself; another's is, of any region that sees both.
          let added = try transaction.listingsInForce([.category]).filter {
            $0.number != known && $0.overlaps(actor.department.region)
          }
          try KnownCategory.requireAddition(
            content, to: knownCategory(content["parent"], in: actor.department.region),
            isTaken: knownCategory(content["slug"], in: actor.department.region, added: added)
              != nil, by: actor)
        }
        let listing = try listed(
          content, number: try former?.number ?? transaction.nextListing(), after: former,
          by: actor, parties: named, at: time, under: profile)
        return try keep(listing, after: nil, call, to: transaction)
      }
    }
  }

  package func decideRecord(
    _ request: CatalogV1.DecideRecordRequest, _ call: CallContext
  ) async throws -> CatalogV1.Record {
    try await call.answering(refusals) {
      let number = try listingNumber(request.name, field: "name")
      let unknown = RequestRefusal.unknownResource(field: "name", name: request.name)
      let actor = try await actor(of: call)
      let time = now()
      return try await listingChange(
        call, requestID: request.requestID, content: request,
        authorise: { transaction in
          guard let held = try transaction.listing(number), held.isVisible(to: actor) else {
            throw unknown
          }
        }
      ) { transaction in
        guard let held = try transaction.listing(number) else { throw unknown }
        guard request.etag.isEmpty || request.etag == held.message.etag else {
          throw RequestRefusal.changedMeanwhile(name: held.name)
        }
        let next: Listing
        switch request.decision {
        case .confirm: next = try held.confirmed(by: actor, at: time)
        case .return: next = try held.returned(reason: request.reason, by: actor, at: time)
        case .end: next = try held.ended(reason: request.reason, by: actor, at: time)
        case .unspecified, .unrecognized: throw RequestRefusal.missing(field: "decision")
        }
        return try keep(next, after: held, call, to: transaction)
      }
    }
  }

  package func getRecord(
    _ request: CatalogV1.GetRecordRequest, _ call: CallContext
  ) async throws -> CatalogV1.Record {
    try await call.answering(refusals) {
      let number = try listingNumber(request.name, field: "name")
      let actor = try await actor(of: call)
      let found = try await database.read { transaction in
        // What holds is shown to those who may not see what follows it.
        let newest = try transaction.listing(number)
        if let newest, newest.isVisible(to: actor) { return newest as Listing? }
        return try transaction.listingInForce(number)
      }
      guard let found else {
        throw RequestRefusal.unknownResource(field: "name", name: request.name)
      }
      return found.message
    }
  }

  package func listRecords(
    _ request: CatalogV1.ListRecordsRequest, _ call: CallContext
  ) async throws -> CatalogV1.ListRecordsResponse {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 2) else {
        throw RequestRefusal.pageTokenUnknown
      }
      var filter = ListingFilter()
      filter.kind = try word(request.kind, "kind")
      filter.owner = request.owner.isEmpty ? nil : try departmentCode(request.owner, "owner")
      filter.endedToo = request.endedToo
      let actor = try await actor(of: call)
      let (asked, size) = (filter, PageSize.bounded(request.pageSize))
      let (found, version) = try await database.read { transaction in
        let found = try transaction.findListings(
          asked, after: (token.numbers[0], token.numbers[1]), limit: size + 1)
        guard let kind = asked.kind, let owner = asked.owner else { return (found, 0) }
        return (found, try transaction.listVersion(kind, of: owner))
      }
      let page = found.prefix(size)
      return CatalogV1.ListRecordsResponse(
        records: page.filter { $0.isVisible(to: actor) }.map(\.message),
        nextPageToken: found.count > size
          ? page.last.map { PageToken([$0.number, Int64($0.version)]).text } ?? "" : "",
        listVersion: Int32(clamping: version),
        missingFields: try await missingFields(asked.kind, in: actor.department.region))
    }
  }

  /// The fields of standards for which none is in force (hebi-2021/29.2).
  private func missingFields(_ kind: ListingKind?, in region: String) async throws -> [String] {
    guard kind == .standard else { return [] }
    let held = Set(
      try await database.read { try $0.listingsInForce([.standard], reaching: region) }
        .map { $0.content["field"] })
    return ListingKind.standardFields.filter { !held.contains($0) }
  }

  /// What governs a listing that is written now; of a project it may be two texts.
  private func governing(
    _ content: ListingContent, by actor: Actor, on time: Instant
  ) throws -> (Profile, ListingContent) {
    guard content.kind == .project else { return (try registersProfile(on: time), content) }
    let found = try projectProfiles(of: actor, on: time)
    var content = content
    if found.count > 1 { content.texts[Project.secondProfile] = found[1].reference.text }
    return (found[0], content)
  }

  /// A project keeps the texts under which it was registered first (D43).
  private func kept(
    _ content: ListingContent, by former: Listing?, else profile: Profile
  ) throws -> (Profile, ListingContent) {
    guard content.kind == .project, let former, former.content.kind == .project else {
      return (profile, content)
    }
    var content = content
    content.texts[Project.secondProfile] = former.content.texts[Project.secondProfile]
    return (try profiles.profile(former.profile), content)
  }

  /// What governs the registers: the text for everything.
  func registersProfile(on time: Instant) throws -> Profile {
    guard let profile = profiles.governing([KnownCategory.generalClass], on: time.civilDate) else {
      throw CatalogRefusal.notInForce(resourceClass: KnownCategory.generalClass)
    }
    return profile
  }

  /// Who owns which datum by decision.
  func assignments(in transaction: borrowing some SQLReading & ~Copyable) throws -> [Assignment] {
    try transaction.listingsInForce([.responsibility, .jointCollection]).flatMap(\.assignments)
  }

  func listingNumber(_ name: String, field: String) throws -> Int64 {
    guard let number = ResourceName(name, in: .listings)?.number else {
      throw RequestRefusal.malformed(
        field: field, expected: BilingualText("listings/L-1 这样的名称", "a name like listings/L-1"))
    }
    return number
  }

  private func listingChange(
    _ call: CallContext, requestID: String, content: some Message,
    authorise: @escaping @Sendable (borrowing WriteTransaction) throws -> Void,
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> Listing
  ) async throws -> CatalogV1.Record {
    let answer = try await changing(
      call, requestID: requestID, content: content, authorise: authorise
    ) { try body($0).message.serialized() }
    var record = try CatalogV1.Record(serialized: answer.bytes)
    record.receipt = answer.receipt
    return record
  }

  /// Saves a version; where it comes to hold, the one before is replaced in the same step, and the list has its next version.
  private func keep(
    _ listing: Listing, after former: Listing?, _ call: CallContext,
    to transaction: borrowing WriteTransaction
  ) throws -> Listing {
    var next = listing
    try checkAssignments(
      of: next, held: try assignments(in: transaction), under: try profiles.profile(next.profile))
    let holds = next.state == .inForce
    if holds || (next.state == .ended && former?.state == .inForce) {
      next.listVersion = try transaction.listVersion(next.content.kind, of: next.owner) + 1
    }
    if holds, let old = try transaction.listingInForce(next.number), old.version != next.version {
      try transaction.save(old.replaced(by: next, at: now()))
    }
    try transaction.save(next)
    try transaction.append(
      topic: "catalog.listing_\(next.state.rawValue)",
      payload: event(
        call,
        [
          ("listing", .string(next.name)), ("version", .integer(Int64(next.version))),
          ("kind", .string(next.content.kind.rawValue)),
          ("owner", .string("departments/\(next.owner.text)")),
          ("profile", .string(next.profile.text)),
          ("reason", .string(next.history.last?.reason ?? "")),
        ]))
    return next
  }

  /// What is opened is one's own, published, and not marked as barred (hebi-2021/18.2c, meizhou-public-2023/31a).
  private func checkOpening(
    _ content: ListingContent, by actor: Actor, under profile: Profile,
    in transaction: borrowing some SQLReading & ~Copyable
  ) throws {
    guard content.kind == .opening, !content["entry"].isEmpty else { return }
    let number = try entryNumber(content["entry"], field: "record.opening.entry").entry
    guard let standing = try transaction.entryStanding(number),
      let published = standing.publishedVersion,
      let version = try transaction.entryVersion(number, published)
    else {
      throw RequestRefusal.unknownResource(field: "record.opening.entry", name: content["entry"])
    }
    try requireOpenable(content, version, by: actor, under: profile)
  }
}
