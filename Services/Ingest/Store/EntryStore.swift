// Keeping what the catalogue says: which entries are published or withdrawn.

package import Database
package import IngestRules
import Integrity
package import Vocabulary

/// An entry as the catalogue published it last.
package struct KnownEntry: Sendable, Equatable {
  package var entry: Int64
  package var version: Int
  /// `nil` where the event did not say.
  package var owner: DepartmentCode?
  /// `meizhou-public-2023@1`.
  package var profile: String
  /// The slug of the origin; empty where the event did not say.
  package var origin: String
  /// When it was published first.
  package var published: Instant
  /// The masks in force, by item; `nil` where the event did not say.
  package var masks: [String: Mask]?
  /// `population`; empty where the event did not say.
  package var resourceClass = ""
  /// The slug of how often it is renewed; empty where the event did not say.
  package var frequency = ""
  /// When its version was published; as `published` where it is not known.
  package var renewed: Instant
  package var isWithdrawn = false
  /// What its publisher signed, as canonical JSON; `nil` where the event did not say.
  package var publication: [UInt8]?

  package init(
    entry: Int64, version: Int, owner: DepartmentCode?, profile: String, origin: String,
    published: Instant, masks: [String: Mask]?
  ) {
    self.entry = entry
    self.version = version
    self.owner = owner
    self.profile = profile
    self.origin = origin
    self.published = published
    renewed = published
    self.masks = masks
  }

  package var name: String { ResourceName.entry(entry).text }
}

extension SQLReading where Self: ~Copyable {
  package func knownEntry(_ entry: Int64) throws -> KnownEntry? {
    try queryOne("SELECT * FROM entries WHERE entry = ?1", [entry]).map { try KnownEntry($0) }
  }

  /// A page of the entries of a department that are not withdrawn, by their numbers.
  package func knownEntries(
    owner: DepartmentCode, after: Int64, limit: Int
  ) throws -> [KnownEntry] {
    try query(
      """
      SELECT * FROM entries WHERE owner = ?1 AND is_withdrawn = 0 AND entry > ?2
      ORDER BY entry LIMIT ?3
      """, [owner.text, after, limit]
    ).map { try KnownEntry($0) }
  }

  /// Whose register an entry is: as the catalogue published it last, else as the last batch was delivered.
  package func owner(ofEntry entry: Int64) throws -> DepartmentCode? {
    if let owner = try knownEntry(entry)?.owner { return owner }
    let row = try queryOne(
      "SELECT owner FROM batches WHERE entry = ?1 ORDER BY id DESC LIMIT 1", [entry])
    return try row.flatMap { DepartmentCode(try $0["owner"]) }
  }

  package func isWithdrawn(_ entry: Int64) throws -> Bool {
    try queryOne("SELECT 1 FROM entries WHERE entry = ?1 AND is_withdrawn = 1", [entry]) != nil
  }
}

extension WriteTransaction {
  /// The catalogue published a version of an entry; its register answers. No earlier version comes back.
  package func publish(_ entry: KnownEntry) throws {
    let taken = try execute(
      """
      INSERT INTO entries (entry, version, owner, profile, origin, published, masks, is_withdrawn,
        resource_class, frequency, renewed, publication)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?6, ?10)
      ON CONFLICT (entry) DO UPDATE SET version = excluded.version, owner = excluded.owner,
        profile = excluded.profile, origin = excluded.origin, masks = excluded.masks,
        is_withdrawn = 0, resource_class = excluded.resource_class,
        frequency = excluded.frequency, renewed = excluded.renewed,
        publication = excluded.publication
      WHERE excluded.version >= entries.version
      """,
      [
        entry.entry, entry.version, entry.owner?.text ?? "", entry.profile, entry.origin,
        entry.published.milliseconds, KnownEntry.text(of: entry.masks),
        entry.resourceClass, entry.frequency, entry.publication,
      ])
    guard taken == 1 else { return }
    try execute("UPDATE resources SET is_withdrawn = 0 WHERE entry = ?1", [entry.entry])
  }

  /// The catalogue withdrew an entry: its register answers no more, and takes no batch, whenever it was opened.
  package func withdraw(_ entry: Int64, owner: DepartmentCode?) throws {
    try execute(
      """
      INSERT INTO entries (entry, version, owner, profile, origin, published, masks, is_withdrawn)
      VALUES (?1, 0, ?2, '', '', 0, '', 1)
      ON CONFLICT (entry) DO UPDATE SET is_withdrawn = 1
      """, [entry, owner?.text ?? ""])
    try execute("UPDATE resources SET is_withdrawn = 1 WHERE entry = ?1", [entry])
  }
}

extension KnownEntry {
  fileprivate init(_ row: Row) throws {
    let owner: String = try row["owner"]
    let masks: String = try row["masks"]
    let published: Int64 = try row["published"]
    self.init(
      entry: try row["entry"], version: try row["version"], owner: DepartmentCode(owner),
      profile: try row["profile"], origin: try row["origin"],
      published: Instant(milliseconds: published), masks: try Self.masks(masks))
    isWithdrawn = try row["is_withdrawn"]
    resourceClass = try row["resource_class"]
    frequency = try row["frequency"]
    let renewed: Int64? = try row["renewed"]
    self.renewed = Instant(milliseconds: renewed ?? published)
    publication = try row["publication"]
  }

  fileprivate static func text(of masks: [String: Mask]?) -> String {
    guard let masks else { return "" }
    var object = JSONObject()
    for (item, mask) in masks { object[item] = .string(mask.rawValue) }
    return String(decoding: CanonicalJSON.encode(.object(object)), as: UTF8.self)
  }

  private static func masks(_ text: String) throws -> [String: Mask]? {
    if text.isEmpty { return nil }
    guard case .object(let object) = try CanonicalJSON.decodeCanonical(Array(text.utf8)) else {
      throw UnreadableContent(what: "masks of an entry")
    }
    var masks: [String: Mask] = [:]
    for member in object.members {
      masks[member.name] = member.value.string.flatMap(Mask.init(rawValue:)) ?? .whole
    }
    return masks
  }
}
