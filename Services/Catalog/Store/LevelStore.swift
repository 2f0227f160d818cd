// The catalogue of each level: what entered and left it, in order; any version of it is read from that (meizhou-public-2023/5.i3).

package import CatalogRules
package import Database
import Integrity
package import Vocabulary

/// A line with the content behind it.
package struct CatalogueRow: Sendable {
  package let id: Int64
  package let line: CatalogueLine
  package let content: [UInt8]

  package init(id: Int64, line: CatalogueLine, content: [UInt8]) {
    self.id = id
    self.line = line
    self.content = content
  }
}

extension SQLReading where Self: ~Copyable {
  /// The newest version of a region's catalogue; 0 while nothing was approved.
  package func catalogueVersion(_ region: String) throws -> Int {
    let row = try queryOne(
      "SELECT MAX(version) AS version FROM catalogue_changes WHERE region = ?1", [region])
    let version: Int64? = try row?["version"] ?? nil
    return Int(version ?? 0)
  }

  /// The lines of a region's catalogue at a version, in the order in which they came to it.
  ///
  /// - Parameters:
  ///   - origin: Of this region alone; `nil` for all.
  ///   - limit: `nil` for all that follow.
  package func catalogue(
    _ region: String, at version: Int, origin: String? = nil, after id: Int64 = 0,
    limit: Int? = nil
  ) throws -> [CatalogueRow] {
    var arguments: [any SQLConvertible] = [region, version, id]
    var condition = ""
    if let origin {
      arguments.append(origin)
      condition = " AND c.origin = ?\(arguments.count)"
    }
    var end = ""
    if let limit {
      arguments.append(limit)
      end = " LIMIT ?\(arguments.count)"
    }
    return try query(
      """
      SELECT c.id AS id, c.node AS node, c.entry AS entry, c.entry_version AS entry_version,
        c.origin AS origin, v.content AS content, v.owner AS owner, e.resource_code AS code,
        i.content AS far_content, i.owner AS far_owner, i.resource_code AS far_code
      FROM catalogue_changes c
      LEFT JOIN versions v ON c.node = '' AND v.entry = c.number AND v.version = c.entry_version
      LEFT JOIN entries e ON c.node = '' AND e.id = c.number
      LEFT JOIN imported_entries i ON i.node = c.node AND i.entry = c.entry
        AND i.entry_version = c.entry_version
      WHERE c.region = ?1 AND c.version <= ?2 AND c.id > ?3 AND c.entry_version > 0\(condition)
        AND NOT EXISTS (SELECT 1 FROM catalogue_changes d WHERE d.region = c.region
          AND d.node = c.node AND d.entry = c.entry AND d.version <= ?2 AND d.id > c.id)
      ORDER BY c.id\(end)
      """, arguments
    ).map { try CatalogueRow($0) }
  }

  /// What a node had sent: its root key, and the version of its catalogue of a region, 0 where none of that region was sent. Each region
  /// counts its versions for itself.
  package func catalogueNode(
    _ node: String, region: String
  ) throws -> (rootKey: String, version: Int)? {
    let rows = try query(
      "SELECT root_key, region, version FROM catalogue_nodes WHERE node = ?1 OR node = ?2",
      [node, nodeKey(node, region)])
    guard let first = rows.first else { return nil }
    let versions = try rows.compactMap { row -> Int? in
      guard try row["region"] as String == region else { return nil }
      return Int(try row["version"] as Int64)
    }
    return (try first["root_key"], versions.max() ?? 0)
  }

  /// Whether an entry of a node was imported before under the same version with other content or of another owner: then it is no version.
  package func hasOther(_ row: CatalogueRow) throws -> Bool {
    let held = try queryOne(
      "SELECT owner, resource_code, content FROM imported_entries WHERE node = ?1 AND entry = ?2 AND entry_version = ?3",
      [row.line.node, row.line.entry, row.line.version])
    guard let held else { return false }
    let (owner, code): (String, String) = (try held["owner"], try held["resource_code"])
    let content: [UInt8] = try held["content"]
    return owner != row.line.owner || content != row.content
      || !code.isEmpty && code != row.line.resourceCode
  }

  /// Items that other departments share under a category, with their entries (hebi-2021/11.1b).
  package func sharedItems(category: String, except entry: Int64) throws -> [SharedItem] {
    try query(
      """
      SELECT v.owner AS owner, v.entry AS entry, v.content AS content
      FROM entries e
      JOIN versions v ON v.entry = e.id AND v.version = e.published_version
      WHERE v.category = ?1 AND e.id <> ?2
      ORDER BY v.entry
      """, [category, entry]
    ).flatMap { row -> [SharedItem] in
      guard let owner = DepartmentCode(try row["owner"]) else { return [] }
      let content = try EntryContent(contentOf: row)
      let number: Int64 = try row["entry"]
      return content.items.filter { !$0.isIdentity && content.shareType(of: $0) != .notShared }
        .map { SharedItem(entry: "entries/E-\(number)", owner: owner, title: $0.title) }
    }
  }

  /// Entries of other departments of a region of which a version that is shown or in flight stands in a category.
  package func entriesClaiming(
    category: String, region: String, except owner: DepartmentCode
  ) throws -> [EntryStanding] {
    try query(
      """
      SELECT e.* FROM entries e
      WHERE e.region = ?2 AND e.owner <> ?3 AND EXISTS (
        SELECT 1 FROM versions v WHERE v.entry = e.id AND v.category = ?1
          AND v.state IN ('submitted', 'approved', 'published'))
      ORDER BY e.id
      """, [category, region, owner.text]
    ).map { try EntryStanding($0) }
  }

  /// The version of an entry of this node that stands in a region's catalogue now; `nil` where none does.
  package func cataloguedVersion(_ entry: Int64, in region: String) throws -> Int? {
    let row = try queryOne(
      """
      SELECT entry_version FROM catalogue_changes
      WHERE region = ?1 AND node = '' AND entry = ?2 ORDER BY id DESC LIMIT 1
      """, [region, "entries/E-\(entry)"])
    let version: Int64? = try row?["entry_version"]
    return version.flatMap { $0 > 0 ? Int($0) : nil }
  }
}

extension WriteTransaction {
  /// Puts a version into the catalogues of its region and of those above, or takes the entry out: each of them has its next version.
  ///
  /// - Parameter version: `nil` takes it out.
  package func catalogue(_ entry: Int64, version: Int?, origin: String) throws {
    try enter([(name: "entries/E-\(entry)", version: version)], of: "", origin: origin)
  }

  /// Takes what a node below has sent in the place of what it had sent before.
  ///
  /// - Returns: How many came, changed and went, and how many of the changed have got their code and nothing else.
  package func importCatalogue(
    _ rows: [CatalogueRow], of node: String, region: String, version: Int, rootKey: String
  ) throws -> (added: Int, changed: Int, removed: Int, coded: Int) {
    // The first region stands under the node's name, any other under its own key beside it.
    let first = try queryOne("SELECT region FROM catalogue_nodes WHERE node = ?1", [node])
    let isFirst = try first.map { try $0["region"] as String == region } ?? true
    try execute(
      """
      INSERT INTO catalogue_nodes (node, root_key, region, version) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (node) DO UPDATE SET version = excluded.version
      """, [isFirst ? node : nodeKey(node, region), rootKey, region, version])
    let held = try catalogueVersion(region)
    let before = Dictionary(
      try catalogue(region, at: held).filter { $0.line.node == node }
        .map { ($0.line.entry, $0) }, uniquingKeysWith: { _, last in last })
    var result = (added: 0, changed: 0, removed: 0, coded: 0)
    var changes: [String: [(name: String, version: Int?)]] = [:]
    for row in rows {
      let line = row.line
      if let held = before[line.entry], held.line == line, held.content == row.content { continue }
      if before[line.entry] == nil { result.added += 1 } else { result.changed += 1 }
      if before[line.entry]?.line.version == line.version { result.coded += 1 }
      try execute(
        """
        INSERT INTO imported_entries (node, entry, entry_version, owner, resource_code, content)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (node, entry, entry_version) DO UPDATE SET resource_code = excluded.resource_code
        """,
        [node, line.entry, line.version, line.owner, line.resourceCode, row.content])
      changes[line.origin, default: []].append((line.entry, line.version))
    }
    let sent = Set(rows.map(\.line.entry))
    let gone = before.values.map(\.line).filter { !sent.contains($0.entry) }
    for line in gone.sorted(by: { $0.entry < $1.entry }) {
      result.removed += 1
      changes[line.origin, default: []].append((line.entry, nil))
    }
    for (origin, changes) in changes.sorted(by: { $0.key < $1.key }) {
      try enter(changes, of: node, origin: origin)
    }
    return result
  }

  private func enter(
    _ changes: [(name: String, version: Int?)], of node: String, origin: String
  ) throws {
    for region in catalogueRegions(of: origin) {
      let next = try catalogueVersion(region) + 1
      for change in changes {
        try execute(
          """
          INSERT INTO catalogue_changes (id, region, version, node, entry, number, entry_version,
            origin)
          VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
          """,
          [
            try nextNumber("catalogue-changes"), region, next, node, change.name,
            ResourceName(change.name, in: .entries)?.number ?? 0, change.version ?? 0, origin,
          ])
      }
    }
  }
}

/// No domain has a blank in its name.
private func nodeKey(_ node: String, _ region: String) -> String { "\(node) \(region)" }

extension CatalogueRow {
  fileprivate init(_ row: Row) throws {
    let node: String = try row["node"]
    let near: [UInt8]? = try row["content"]
    let far: [UInt8]? = try row["far_content"]
    guard let content = node.isEmpty ? near : far else {
      throw UnreadableContent(what: "catalogue")
    }
    let (owner, code): (String?, String?) =
      node.isEmpty
      ? (try row["owner"], try row["code"]) : (try row["far_owner"], try row["far_code"])
    let version: Int64 = try row["entry_version"]
    let entry = try JSONObject(stored: content)
    self.init(
      id: try row["id"],
      line: CatalogueLine(
        entry: try row["entry"], version: Int(version), title: entry.text("title"),
        owner: node.isEmpty ? "departments/\(owner ?? "")" : owner ?? "",
        origin: try row["origin"], resourceCode: code ?? "", node: node), content: content)
  }
}
