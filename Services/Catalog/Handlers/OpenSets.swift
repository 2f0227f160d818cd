// PublishOpenSet, ListOpenCatalogue, ReadOpenSet: what is open to society (hebi-2021/18, 19; meizhou-public-2023/31).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Crypto
import Database
import Integrity
import Regulation
import Vocabulary

extension CatalogServer {
  package func publishOpenSet(
    _ request: CatalogV1.PublishOpenSetRequest, _ call: CallContext
  ) async throws -> CatalogV1.OpenSet {
    try await call.answering(refusals) {
      let number = try openListing(request.listing)
      let actor = try await actor(of: call)
      let time = now()
      let unknown = RequestRefusal.unknownResource(field: "listing", name: request.listing)
      let answer = try await changing(
        call, requestID: request.requestID, content: request,
        authorise: { transaction in
          guard try transaction.listing(number)?.owner == actor.department.code else {
            throw unknown
          }
        }
      ) { transaction in
        guard let listing = try transaction.listingInForce(number) else { throw unknown }
        try requirePublishable(
          listing, try transaction.openedEntry(of: listing),
          text: String(validating: request.content, as: UTF8.self),
          sizeBytes: request.content.count, mediaType: request.mediaType, by: actor)
        let file = OpenSetFile(
          listing: number, listingVersion: listing.version, mediaType: request.mediaType,
          sha256: SHA256.hash(request.content), sizeBytes: request.content.count, time: time,
          content: request.content)
        try transaction.save(file)
        try transaction.append(
          topic: "catalog.open_set_published", payload: event(call, members(file, listing)))
        return try file.message(withContent: false).serialized()
      }
      return try CatalogV1.OpenSet(serialized: answer.bytes)
    }
  }

  package func listOpenCatalogue(
    _ request: CatalogV1.ListOpenCatalogueRequest, _ call: CallContext
  ) async throws -> CatalogV1.OpenCatalogue {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let size = PageSize.bounded(request.pageSize)
      return try await database.read { transaction in
        let after = token.numbers[0]
        let listed = try transaction.listingsInForce([.opening]).filter { $0.number > after }
        let files = try transaction.openSets()
        let page = listed.prefix(size)
        return CatalogV1.OpenCatalogue(
          entries: try page.map { listing in
            catalogueEntry(
              listing, try transaction.openedEntry(of: listing), file: files[listing.number])
          },
          nextPageToken: listed.count > size
            ? page.last.map { PageToken([$0.number]).text } ?? "" : "")
      }
    }
  }

  package func readOpenSet(
    _ request: CatalogV1.ReadOpenSetRequest, _ call: CallContext
  ) async throws -> CatalogV1.OpenSet {
    try await call.answering(refusals) {
      let number = try openListing(request.listing)
      let unknown = RequestRefusal.unknownResource(field: "listing", name: request.listing)
      // The reading is in the log before anything leaves.
      return try await database.write { transaction in
        guard let listing = try transaction.listingInForce(number),
          listing.content.kind == .opening
        else { throw unknown }
        try requireOpenToAll(
          listing, try transaction.openedEntry(of: listing),
          under: try profiles.profile(listing.profile))
        guard let file = try transaction.openSet(number), file.listingVersion == listing.version
        else { throw unknown }
        try transaction.append(
          topic: "catalog.open_set_read",
          payload: event(
            call, members(file, listing) + [("address", .string(request.address))]))
        return file.message(withContent: true)
      }
    }
  }

  private func openListing(_ name: String) throws -> Int64 {
    guard let number = ResourceName(name, in: .listings)?.number else {
      throw RequestRefusal.malformed(
        field: "listing", expected: BilingualText("listings/L-1 这样的名称", "a name like listings/L-1"))
    }
    return number
  }

  private func members(_ file: OpenSetFile, _ listing: Listing) -> [(String, JSONValue)] {
    [
      ("listing", .string(listing.name)), ("version", .integer(Int64(listing.version))),
      ("entry", .string(listing.content["entry"])),
      ("owner", .string("departments/\(listing.owner.text)")),
      ("sha256", .string(Hex.encode(file.sha256))), ("bytes", .integer(Int64(file.sizeBytes))),
    ]
  }

  /// What society is told of a listing: all of what it says, its ground, and the file where everybody may have it.
  private func catalogueEntry(
    _ listing: Listing, _ version: EntryVersion?, file: OpenSetFile?
  ) -> CatalogV1.OpenCatalogueEntry {
    let said = listing.content
    let isForAll = listing.isOpened(version) && listing.openingType == .unconditional
    let own = said.basis.map { [$0] } ?? []
    return .with {
      $0.listing = listing.name
      $0.year = Int32(said["year"]) ?? 0
      $0.openingType = said["opening_type"]
      $0.title = version?.content.title ?? ""
      $0.provider = "departments/\(listing.owner.text)"
      $0.domain = said["domain"]
      $0.abstract = said["abstract"]
      $0.items = said.lists["items"] ?? []
      $0.format = said["format"]
      $0.updateFrequency = said["update_frequency"]
      $0.conditions = said["conditions"]
      $0.bases = (own.isEmpty ? version?.content.bases ?? [] : own).map { CommonV1.Basis($0) }
      if isForAll, let file, file.listingVersion == listing.version {
        $0.set = file.message(withContent: false)
      }
    }
  }
}

extension SQLReading where Self: ~Copyable {
  /// The published version of the entry that a listing opens; `nil` where it has none any more.
  fileprivate func openedEntry(of listing: Listing) throws -> EntryVersion? {
    guard let number = ResourceName(listing.content["entry"], in: .entries)?.number,
      let published = try entryStanding(number)?.publishedVersion
    else { return nil }
    return try entryVersion(number, published)
  }
}

extension OpenSetFile {
  fileprivate func message(withContent: Bool) -> CatalogV1.OpenSet {
    CatalogV1.OpenSet(
      listing: "listings/L-\(listing)", listingVersion: Int32(clamping: listingVersion),
      mediaType: mediaType, sha256: sha256, sizeBytes: Int32(clamping: sizeBytes),
      publishTime: GoogleProtobuf.Timestamp(time), content: withContent ? content : [])
  }
}
