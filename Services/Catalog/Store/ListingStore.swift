// The catalogue's registers: every version of every listing.

package import CatalogRules
package import Database
import Integrity
import Regulation
package import Vocabulary

/// Which listings are looked for.
package struct ListingFilter: Sendable {
  /// `nil` for all.
  package var kind: ListingKind?
  package var owner: DepartmentCode?
  /// Also those that have ended or were replaced.
  package var endedToo = false

  package init() {}
}

extension SQLReading where Self: ~Copyable {
  /// The newest version of a listing; `nil` where there is none.
  package func listing(_ number: Int64) throws -> Listing? {
    try queryOne(
      "SELECT * FROM listings WHERE id = ?1 ORDER BY version DESC LIMIT 1", [number]
    ).map { try Listing($0) }
  }

  /// The version of a listing that holds.
  package func listingInForce(_ number: Int64) throws -> Listing? {
    try queryOne(
      "SELECT * FROM listings WHERE id = ?1 AND state = 'in_force'", [number]
    ).map { try Listing($0) }
  }

  /// What holds of some registers, in every region.
  package func listingsInForce(_ kinds: [ListingKind]) throws -> [Listing] {
    let places = kinds.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
    return try query(
      "SELECT * FROM listings WHERE state = 'in_force' AND kind IN (\(places)) ORDER BY id",
      kinds.map(\.rawValue)
    ).map { try Listing($0) }
  }

  /// What an owner's duties make it collect, as it holds (meizhou-public-2023/11a).
  package func collectionList(of owner: DepartmentCode) throws -> [Listing] {
    try query(
      """
      SELECT * FROM listings WHERE state = 'in_force' AND kind = 'collection' AND owner = ?1
      ORDER BY id
      """, [owner.text]
    ).map { try Listing($0) }
  }

  package func findListings(
    _ filter: ListingFilter, after: (number: Int64, version: Int64), limit: Int
  ) throws -> [Listing] {
    var arguments: [any SQLConvertible] = [after.number, after.version, limit]
    var conditions = "(id > ?1 OR id = ?1 AND version > ?2)"
    if let kind = filter.kind {
      arguments.append(kind.rawValue)
      conditions += " AND kind = ?\(arguments.count)"
    }
    if let owner = filter.owner {
      arguments.append(owner.text)
      conditions += " AND owner = ?\(arguments.count)"
    }
    if !filter.endedToo { conditions += " AND state IN ('pending', 'in_force', 'returned')" }
    return try query(
      "SELECT * FROM listings WHERE \(conditions) ORDER BY id, version LIMIT ?3", arguments
    ).map { try Listing($0) }
  }

  /// How often an owner's list of a kind has changed.
  package func listVersion(_ kind: ListingKind, of owner: DepartmentCode) throws -> Int {
    let row = try queryOne(
      "SELECT MAX(list_version) AS version FROM listings WHERE kind = ?1 AND owner = ?2",
      [kind.rawValue, owner.text])
    let version: Int64? = try row?["version"] ?? nil
    return Int(version ?? 0)
  }
}

extension SQLReading where Self: ~Copyable {
  /// What holds of some registers for the bodies of a region: what was written there or in a region above (meizhou-public-2023/5.i1:
  /// each authority for its own administrative area).
  package func listingsInForce(
    _ kinds: [ListingKind], reaching region: String
  ) throws -> [Listing] {
    try listingsInForce(kinds).filter { $0.reaches(region) }
  }
}

extension WriteTransaction {
  package func save(_ listing: Listing) throws {
    var content = JSONObject()
    var texts = JSONObject()
    for (field, text) in listing.content.texts.sorted(by: { $0.key < $1.key }) {
      texts.set(field, text)
    }
    var lists = JSONObject()
    for (field, list) in listing.content.lists.sorted(by: { $0.key < $1.key }) {
      lists.set(field, texts: list)
    }
    content.set("texts", texts)
    content.set("lists", lists)
    content.set("basis", listing.content.basis?.json)
    content.set(
      "confirmations",
      listing.confirmations.map { confirmation in
        var object: JSONObject = ["seat": .string(confirmation.seat.text)]
        object.set("person", confirmation.person ?? "")
        object.set("time", confirmation.time)
        return object
      })
    content.set(
      "history",
      listing.history.map { step in
        var object: JSONObject = ["to": .string(step.to.rawValue)]
        object.set("actor", step.actor)
        object.set("time", step.time)
        object.set("reason", step.reason)
        return object
      })
    try execute(
      """
      INSERT INTO listings (id, version, kind, owner, region, state, profile, list_version, content)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
      ON CONFLICT (id, version) DO UPDATE SET state = excluded.state,
        list_version = excluded.list_version, content = excluded.content
      """,
      [
        listing.number, listing.version, listing.content.kind.rawValue, listing.owner.text,
        listing.region, listing.state.rawValue, listing.profile.text, listing.listVersion,
        content.stored,
      ])
  }

  package func nextListing() throws -> Int64 { try nextNumber("listings") }
}

extension Listing {
  fileprivate init(_ row: Row) throws {
    let stored: [UInt8] = try row["content"]
    let content = try JSONObject(stored: stored)
    guard let owner = DepartmentCode(try row["owner"]),
      let kind = ListingKind(rawValue: try row["kind"]),
      let state = ListingState(rawValue: try row["state"]),
      let profile = ProfileReference(try row["profile"])
    else { throw UnreadableContent(what: "listing") }
    var texts: [String: String] = [:]
    for member in content.object("texts")?.members ?? [] {
      texts[member.name] = member.value.string
    }
    var lists: [String: [String]] = [:]
    for member in content.object("lists")?.members ?? [] {
      lists[member.name] = (member.value.array ?? []).compactMap(\.string)
    }
    let (version, listVersion): (Int64, Int64) = (try row["version"], try row["list_version"])
    self.init(
      number: try row["id"], version: Int(version), owner: owner, region: try row["region"],
      profile: profile,
      content: ListingContent(
        kind, texts: texts, lists: lists, basis: Basis(content.object("basis"))),
      state: state,
      confirmations: try content.objects("confirmations").map { object in
        guard let seat = Seat(object.text("seat")) else { throw UnreadableContent(what: "seat") }
        let person = object.text("person")
        return Confirmation(
          seat: seat, person: person.isEmpty ? nil : person, time: object.time("time"))
      },
      history: content.objects("history").compactMap { object in
        guard let to = ListingState(rawValue: object.text("to")), let time = object.time("time")
        else { return nil }
        return ListingStep(
          to: to, actor: object.text("actor"), time: time, reason: object.text("reason"))
      }, listVersion: Int(listVersion))
  }
}
